/**
 * Patterns of .gitignore in the words of .dockerignore: there a pattern without a slash matches in the topmost directory only, and a slash at
 * the end means nothing.
 */
export function dockerignore(patterns: readonly string[]): string {
  return patterns.flatMap(pattern => linesOf(pattern.trim())).join('')
}

function linesOf(pattern: string): string[] {
  if (pattern === '' || pattern.startsWith('#')) return []
  const not = pattern.startsWith('!') ? '!' : ''
  const plain = pattern.slice(not.length).replace(/\/+$/, '')
  const anchored = plain.includes('/')
  return [`${not}${anchored ? plain.replace(/^\//, '') : `**/${plain}`}\n`]
}
