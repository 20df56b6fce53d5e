/**
 * Patterns of .gitignore in the words of .dockerignore: there a pattern without a slash matches in the topmost directory only, and a slash at
 * the end means nothing. `directory` is where the .gitignore lies, '' for the repository itself.
 */
export function dockerignore(patterns: readonly string[], directory = ''): string {
  return patterns.flatMap(pattern => linesOf(pattern.trim(), directory === '' ? '' : `${directory}/`)).join('')
}

function linesOf(pattern: string, below: string): string[] {
  if (pattern === '' || pattern.startsWith('#')) return []
  const not = pattern.startsWith('!') ? '!' : ''
  const plain = pattern.slice(not.length).replace(/\/+$/, '')
  const anchored = plain.includes('/')
  return [`${not}${below}${anchored ? plain.replace(/^\//, '') : `**/${plain}`}\n`]
}

/**
 * Files that hold secrets wherever they lie, and that git may have been told to ignore outside of the repository: Docker copies what lies
 * there, tracked or not.
 */
export const secretPatterns: readonly string[] = [
  '.env',
  '.env.*',
  ...['example', 'sample', 'template', 'dist'].map(end => `!.env.${end}`),
  '.envrc',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.jks',
  'id_rsa',
  'id_ecdsa',
  'id_ed25519',
  '.netrc',
  '.npmrc',
  '.pypirc',
  '.pgpass',
  '.git-credentials',
  '.ssh/',
  '.aws/',
]
