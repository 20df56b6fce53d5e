/**
 * .env files by the grammar of python-dotenv, which is what Python apps were started with before: `export`, quotes, escapes, comments,
 * values over several lines, `${NAME}` and `${NAME:-default}`. https://saurabh-kumar.com/python-dotenv/#file-format
 */

export interface Dotenv {
  readonly values: ReadonlyMap<string, string>
  /** What was not taken, and why; never a value. */
  readonly left: readonly { readonly line: number; readonly name: string | null; readonly why: string }[]
}

/** Unlike python-dotenv, `${NAME}` is looked up in the file alone: what this machine's environment has is no part of it. */
export function parseDotenv(text: string): Dotenv {
  const values = new Map<string, string>()
  const left: { line: number; name: string | null; why: string }[] = []
  for (const { name, value, line } of bindings(text.replace(/^\uFEFF/, ''))) {
    if (value === undefined) {
      left.push({ line, name: null, why: 'the line cannot be read' })
      continue
    }
    const result = value === null ? { why: 'it has no value' } : expand(value, values)
    values.delete(name) // The later line is the one that counts.
    if ('text' in result) values.set(name, result.text)
    else left.push({ line, name, why: result.why })
  }
  return { values, left }
}

interface Binding {
  readonly name: string
  /** Null where there is no `=`; undefined where the line cannot be read. */
  readonly value: string | null | undefined
  readonly line: number
}

function* bindings(text: string): Generator<Binding> {
  const reader = openReader(text)
  while (true) {
    reader.take(/\s*/y)
    if (reader.isOver()) return
    const line = reader.line()
    reader.take(/export[^\S\r\n]+/y)
    if (reader.next() === '#') {
      reader.take(restOfLine)
      continue
    }
    const key = reader.take(reader.next() === "'" ? /'([^']+)'/y : /([^=#\s]+)/y)
    reader.take(blanks)
    const equals = key && reader.take(/=[^\S\r\n]*/y)
    // After a blank a `#` begins a comment, right after `=` a value.
    const isEmpty = (equals?.[0].length ?? 0) > 1 && reader.next() === '#'
    const value = isEmpty ? '' : equals ? reader.value() : null
    const isWhole = key !== null && value !== undefined && reader.endLine()
    if (!isWhole) reader.take(restOfLine)
    yield { name: key?.[1] ?? '', value: isWhole ? value : undefined, line }
  }
}

const blanks = /[^\S\r\n]*/y
const restOfLine = /[^\r\n]*(?:\r\n|\r|\n)?/y

interface Reader {
  isOver(): boolean
  next(): string
  line(): number
  take(pattern: RegExp): RegExpExecArray | null
  /** The value that begins here; undefined when its quote is never closed. */
  value(): string | undefined
  /** Takes a comment and the end of the line; false when something else stands there. */
  endLine(): boolean
}

function openReader(text: string): Reader {
  let at = 0
  let counted = { at: 0, line: 1 }
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at += found[0].length
    return found
  }
  return {
    take,
    isOver: () => at >= text.length,
    next: () => text[at] ?? '',
    line() {
      counted = { at, line: counted.line + (text.slice(counted.at, at).match(/\r\n|\r|\n/g)?.length ?? 0) }
      return counted.line
    },
    value() {
      const quote = text[at]
      if (quote !== '"' && quote !== "'") return unquoted(take(/[^\r\n]*/y)?.[0] ?? '')
      const end = closing(text, at + 1, quote)
      if (end < 0) return undefined
      const inner = text.slice(at + 1, end)
      at = end + 1
      return unescape(inner, quote)
    },
    endLine() {
      const began = at
      take(/[^\S\r\n]*/y)
      if (text[at] === '#') take(/[^\r\n]*/y)
      if (at >= text.length || take(/\r\n|\r|\n/y)) return true
      at = began
      return false
    },
  }
}

/** Where a quoted value ends, or -1: a backslash takes the meaning from what follows it. */
function closing(text: string, from: number, quote: string): number {
  for (let i = from; i < text.length; i += text[i] === '\\' ? 2 : 1) if (text[i] === quote) return i
  return -1
}

/** A comment begins at a `#` after white space. */
function unquoted(text: string): string {
  const comment = [...text.matchAll(/#/g)].find(({ index }) => index > 0 && /\s/.test(text[index - 1] ?? ''))
  return (comment ? text.slice(0, comment.index) : text).trimEnd()
}

const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescape(text: string, quote: string): string {
  const pattern = quote === '"' ? /\\([\\'"abfnrtv])/g : /\\([\\'])/g
  return text.replace(pattern, (_, letter: string) => escapes[letter] ?? letter)
}

function expand(value: string, known: ReadonlyMap<string, string>): { text: string } | { why: string } {
  const missing: string[] = []
  // Where no brace closes there is nothing to look for, and a name has an end: time stays in proportion to length.
  const end = value.lastIndexOf('}') + 1
  const text = value
    .slice(0, end)
    .replace(/\$\{([^}:]{0,200})(?::-([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
      const found = known.get(name) ?? otherwise
      if (found === undefined) missing.push(name)
      return found ?? ''
    })
  return missing.length === 0
    ? { text: text + value.slice(end) }
    : { why: `it refers to ${missing.join(', ')}, which the file does not hold` }
}
