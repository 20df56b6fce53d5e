export interface NetrcEntry {
  readonly host: string
  readonly user: string
  readonly password: string
}

/**
 * The machines of a .netrc file, in its order. `default` is left out on purpose: it would send a password to servers nobody named.
 * What is no netrc gives no entries.
 */
export function parseNetrc(text: string): NetrcEntry[] {
  const entries: NetrcEntry[] = []
  let current: { host: string; user: string; password: string } | null = null
  const tokens = tokenize(text)
  for (let at = 0; at < tokens.length; at += 1) {
    const word = tokens[at]
    if (word === 'machine') {
      at += 1
      current = { host: (tokens[at] ?? '').toLowerCase(), user: '', password: '' }
      entries.push(current)
    } else if (word === 'default') {
      current = null
    } else if (word === 'login' || word === 'user' || word === 'password' || word === 'account') {
      at += 1
      const value = tokens[at] ?? ''
      if (current && word === 'password') current.password = value
      else if (current && word !== 'account') current.user = value
    }
  }
  return entries.filter(({ host, password }) => host !== '' && password !== '')
}

/** Words, quoted where they hold spaces; comments and macro definitions (up to an empty line) left out. */
function tokenize(text: string): string[] {
  const tokens: string[] = []
  let macro = false
  for (const line of text.split(/\r?\n/)) {
    if (macro) {
      macro = line.trim() !== ''
      continue
    }
    for (const [word] of line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)) {
      // A comment begins a word where a keyword is due; a password may begin with `#` (as Python's netrc reads it).
      if (word.startsWith('#') && !['login', 'user', 'password', 'account'].includes(tokens.at(-1) ?? '')) break
      if (word === 'macdef') {
        macro = true
        break
      }
      tokens.push(word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word)
    }
  }
  return tokens
}
