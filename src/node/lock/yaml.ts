import { NodeLockError } from './lock.ts'

/** The YAML that package managers write into their locks: mappings by indentation, scalars, and flow lists and mappings on one line. */
export type Node = string | readonly Node[] | ReadonlyMap<string, Node>

interface Line {
  readonly indent: number
  readonly text: string
}

/** Deep enough for every lock; deeper is an attack on the stack. */
const deepest = 20

/** Reads one document. What no lock holds (anchors, block scalars) is text like any other. Throws NodeLockError. */
export function readLockYaml(text: string): ReadonlyMap<string, Node> {
  const lines = text
    .split(/\r?\n/)
    .filter(line => line.trim() !== '' && !/^\s*#|^---|^\.\.\./.test(line))
    .map((line): Line => ({ indent: line.length - line.trimStart().length, text: line.trim() }))
  const { node } = mapping(lines, 0, 0)
  return node
}

/** The mapping from a text of the lock, or an empty one. */
export function mapAt(node: Node | undefined): ReadonlyMap<string, Node> {
  return node instanceof Map ? node : new Map()
}

export function textOf(node: Node | undefined): string {
  return typeof node === 'string' ? node : ''
}

export function textsOf(node: Node | undefined): string[] {
  return Array.isArray(node) ? node.filter(item => typeof item === 'string') : []
}

function mapping(
  lines: readonly Line[],
  start: number,
  depth: number,
): { readonly node: ReadonlyMap<string, Node>; readonly next: number } {
  if (depth > deepest) throw new NodeLockError('it is nested deeper than any lock')
  const node = new Map<string, Node>()
  const indent = lines[start]?.indent ?? 0
  let at = start
  for (let line = lines[at]; line && line.indent >= indent; line = lines[at]) {
    at += 1
    if (line.indent > indent || line.text.startsWith('- ')) continue
    const { key, rest } = split(line.text)
    // The value of a key that is marked by `?` begins on a line of its own, with a colon: Yarn writes keys of over 1024 letters so.
    if (line.text.startsWith('? ') && lines[at]?.text === ':') at += 1
    const below = lines[at]
    if (rest !== '' || !below || below.indent < indent) node.set(key, value(rest, 0))
    else if (below.text.startsWith('- ')) {
      const items: Node[] = []
      for (let item = lines[at]; item?.text.startsWith('- '); item = lines[at]) {
        items.push(value(item.text.slice(2), 0))
        at += 1
      }
      node.set(key, items)
    } else if (below.indent > indent) {
      const inner = mapping(lines, at, depth + 1)
      node.set(key, inner.node)
      at = inner.next
    } else node.set(key, '')
  }
  return { node, next: at }
}

/** `key: rest`, where a quoted key may hold colons. */
function split(text: string): { readonly key: string; readonly rest: string } {
  const quoted = /^(['"])((?:(?!\1).)*)\1:(?:\s+(.*))?$/.exec(text)
  if (quoted) return { key: quoted[2] ?? '', rest: quoted[3] ?? '' }
  const explicit = /^\? (.*)$/.exec(text)
  if (explicit) return { key: unquote(explicit[1] ?? ''), rest: '' }
  const at = text.search(/:(?:\s|$)/)
  return at < 0 ? { key: text, rest: '' } : { key: text.slice(0, at), rest: text.slice(at + 1).trim() }
}

function value(text: string, depth: number): Node {
  if (depth > deepest) throw new NodeLockError('it is nested deeper than any lock')
  if (text.startsWith('[') && text.endsWith(']')) return parts(text).map(part => value(part, depth + 1))
  if (!text.startsWith('{') || !text.endsWith('}')) return unquote(text)
  return new Map(
    parts(text).map((part): [string, Node] => {
      const { key, rest } = split(part)
      return [key, value(rest, depth + 1)]
    }),
  )
}

/** The comma-separated parts between the brackets, at the outermost level. */
function parts(text: string): string[] {
  const all: string[] = []
  let depth = 0
  let quote = ''
  let from = 1
  for (let i = 1; i < text.length; i += 1) {
    const c = text[i] ?? ''
    if (quote !== '') quote = c === quote ? '' : quote
    else if (c === '"' || c === "'") quote = c
    else if (c === '[' || c === '{') depth += 1
    else if (depth > 0 && (c === ']' || c === '}')) depth -= 1
    else if (depth === 0 && (c === ',' || i === text.length - 1)) {
      all.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  return all.filter(part => part !== '')
}

function unquote(text: string): string {
  const quoted = /^(['"])([\s\S]*)\1$/.exec(text)
  return quoted ? (quoted[2] ?? '') : text
}
