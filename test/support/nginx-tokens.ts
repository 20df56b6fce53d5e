/** An independent reader of nginx's language, after ngx_conf_read_token: what the writer wrote is read back by other code. */
export interface Read {
  readonly words: readonly string[]
  readonly block?: readonly Read[]
}

export function readNginx(source: string): Read[] {
  const tokens = tokenize(source)
  let position = 0
  const statements = (depth: number): Read[] => {
    const found: Read[] = []
    let words: string[] = []
    for (; position < tokens.length; position += 1) {
      const token = tokens[position]
      if (token === undefined) break
      if (token.word !== undefined) words.push(token.word)
      else if (token.mark === ';') {
        if (words.length === 0) throw new Error('unexpected ;')
        found.push({ words })
        words = []
      } else if (token.mark === '{') {
        position += 1
        found.push({ words, block: statements(depth + 1) })
        words = []
      } else {
        if (depth === 0 || words.length > 0) throw new Error('unexpected }')
        return found
      }
    }
    if (depth > 0 || words.length > 0) throw new Error('unexpected end')
    return found
  }
  return statements(0)
}

interface Token {
  readonly word?: string
  readonly mark?: string
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let i = 0
  while (i < source.length) {
    const c = source[i] ?? ''
    if (/\s/.test(c)) i += 1
    else if (c === '#') while (i < source.length && source[i] !== '\n') i += 1
    else if (c === ';' || c === '{' || c === '}') {
      tokens.push({ mark: c })
      i += 1
    } else {
      const [word, end] = c === '"' || c === "'" ? readQuoted(source, i) : readBare(source, i)
      tokens.push({ word })
      i = end
    }
  }
  return tokens
}

const escapes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' }

function readQuoted(source: string, start: number): [string, number] {
  const quote = source[start]
  let word = ''
  let i = start + 1
  for (; source[i] !== quote; i += 1) {
    if (i >= source.length) throw new Error('unexpected end in quotes')
    if (source[i] !== '\\') word += source[i]
    else {
      i += 1
      word += escapes[source[i] ?? ''] ?? `\\${source[i]}`
    }
  }
  if (!/[\s;{)]/.test(source[i + 1] ?? '')) throw new Error('no space after a quoted word')
  return [word, i + 1]
}

function readBare(source: string, start: number): [string, number] {
  let word = ''
  let i = start
  for (; i < source.length && !/[\s;]/.test(source[i] ?? ''); i += 1) {
    if (source[i] === '{' && source[i - 1] !== '$') break
    if (source[i] === '\\') {
      i += 1
      word += escapes[source[i] ?? ''] ?? `\\${source[i]}`
    } else word += source[i]
  }
  return [word, i]
}
