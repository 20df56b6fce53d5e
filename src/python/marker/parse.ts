import { variables, type Marker, type MarkerOperator, type Operand, type Variable } from './marker.ts'

const longest = 20_000
const deepest = 50

/** Spellings of before PEP 508 that old metadata still holds. */
const oldNames: ReadonlyMap<string, Variable> = new Map([
  ['os.name', 'os_name'],
  ['sys.platform', 'sys_platform'],
  ['platform.version', 'platform_version'],
  ['platform.machine', 'platform_machine'],
  ['platform.python_implementation', 'platform_python_implementation'],
  ['python_implementation', 'platform_python_implementation'],
])

const token = /\s*(?:([()])|("[^"]*"|'[^']*')|(===|~=|==|!=|<=|>=|<|>)|([a-z_][a-z0-9_.]*))/iy

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

/** A marker, or null when the text is none. Never evaluates anything: a marker is data. */
export function parseMarker(text: string): Marker | null {
  const tokens = tokenize(text)
  if (tokens === null) return null
  const reader: Reader = { tokens, at: 0 }
  const marker = readOr(reader, 0)
  return marker !== null && reader.at === tokens.length ? marker : null
}

function tokenize(text: string): string[] | null {
  if (text.length > longest) return null
  const trimmed = text.trimEnd()
  const tokens: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed)
    if (match === null) return null
    tokens.push(match[0].trimStart())
  }
  return tokens
}

function readOr(reader: Reader, depth: number): Marker | null {
  return readChain(reader, 'or', () => readChain(reader, 'and', () => readAtom(reader, depth)))
}

function readChain(reader: Reader, kind: 'and' | 'or', readPart: () => Marker | null): Marker | null {
  const parts: Marker[] = []
  do {
    const part = readPart()
    if (part === null) return null
    // `a and (b and c)` is one chain: the same marker has one form.
    if (part.kind === kind) parts.push(...part.parts)
    else parts.push(part)
  } while (take(reader, kind))
  return parts.length === 1 ? (parts[0] ?? null) : { kind, parts }
}

function readAtom(reader: Reader, depth: number): Marker | null {
  if (depth > deepest) return null
  if (take(reader, '(')) {
    const inner = readOr(reader, depth + 1)
    return inner !== null && take(reader, ')') ? inner : null
  }
  const left = readOperand(reader)
  const operator = left === null ? null : readOperator(reader)
  const right = operator === null ? null : readOperand(reader)
  if (left === null || operator === null || right === null) return null
  // PEP 508 compares with a variable; two literals are a mistake, or an attempt at something else.
  if ('text' in left && 'text' in right) return null
  return { kind: 'compare', left, operator, right }
}

function readOperand(reader: Reader): Operand | null {
  const text = reader.tokens[reader.at]
  if (text === undefined) return null
  reader.at += 1
  if (text.startsWith('"') || text.startsWith("'")) return { text: text.slice(1, -1) }
  const variable = oldNames.get(text) ?? variables.find(name => name === text)
  return variable === undefined ? null : { variable }
}

function readOperator(reader: Reader): MarkerOperator | null {
  const text = reader.tokens[reader.at]
  if (text === undefined) return null
  reader.at += 1
  if (text === 'not') return take(reader, 'in') ? 'not in' : null
  return text === 'in' || /^[=~!<>]/.test(text) ? (text as MarkerOperator) : null
}

function take(reader: Reader, expected: string): boolean {
  if (reader.tokens[reader.at] !== expected) return false
  reader.at += 1
  return true
}
