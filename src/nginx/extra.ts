import { invalidEdge } from './errors.ts'

declare const checked: unique symbol
/** Directives somebody wrote by hand, for inside of the server block: whole ones, and none that belongs to the edge. */
export type ExtraDirectives = string & { readonly [checked]: true }

/** What decides where the edge listens, whom it answers and what it reads is the edge's own; a file of the machine could be anybody's. */
const own = new Set([
  'listen',
  'server_name',
  'include',
  'load_module',
  'server',
  'http',
  'events',
  'pid',
  'user',
  'daemon',
  'error_log',
])
const longest = 64 * 1024

/**
 * Checks directives for the server block as nginx reads them (ngx_conf_read_token): quotes and braces closed, every directive ended,
 * nothing that would end the block. What they mean `nginx -t` judges. Error: `invalid-edge`.
 */
export function parseExtra(text: string): ExtraDirectives {
  if (Buffer.byteLength(text) > longest) throw refuse(1, `it is longer than ${longest} bytes`)
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(text)) throw refuse(1, 'it holds a control character')
  let depth = 0
  let words: string[] = []
  for (const { word, line, isQuoted } of tokens(text)) {
    if (isQuoted || !';{}'.includes(word)) words.push(word)
    else if (word === '}') {
      depth -= 1
      if (depth < 0) throw refuse(line, 'it closes a block that is not its own')
      if (words.length > 0) throw refuse(line, `\`${words[0]}\` is not ended by a semicolon`)
    } else {
      const [name] = words
      if (name === undefined) throw refuse(line, `a ${JSON.stringify(word)} without a directive`)
      if (own.has(name.toLowerCase())) throw refuse(line, `\`${name}\` belongs to the edge itself`)
      if (word === '{') depth += 1
      words = []
    }
  }
  const last = text.split('\n').length
  if (words.length > 0) throw refuse(last, `\`${words[0]}\` is not ended by a semicolon`)
  if (depth > 0) throw refuse(last, 'a block is not closed')
  return text as ExtraDirectives
}

interface Token {
  readonly word: string
  readonly line: number
  readonly isQuoted: boolean
}

function* tokens(text: string): Generator<Token> {
  let line = 1
  const pattern =
    /(\n)|(#[^\n]*)|[^\S\n]+|([;{}])|(["'])((?:\\[\s\S]|(?!\4)[^\\])*)\4|(["'])|((?:\\[\s\S]|\$\{\w*\}|[^\s;{}\\])+|\\)/gy
  for (const match of text.matchAll(pattern)) {
    const [whole, newline, comment, mark, quote, inner, open, plain] = match
    if (open !== undefined) throw refuse(line, 'a quote is not closed')
    if (newline === undefined && comment === undefined) {
      const word = mark ?? (quote === undefined ? plain : inner)
      if (word !== undefined) yield { word, line, isQuoted: quote !== undefined }
    }
    line += whole.split('\n').length - 1
  }
}

function refuse(line: number, why: string): Error {
  return invalidEdge({
    what: `The extra nginx directives cannot be used: ${why}.`,
    why: `line ${line} of them`,
    next: 'Mend edge.nginx in wherry.toml: whole directives of nginx’s server block, each ended by a semicolon or its block.',
  })
}
