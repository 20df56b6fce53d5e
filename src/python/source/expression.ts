import type { SyntaxNode } from '@lezer/common'
import { bodyOf, readLiteral, unescape } from './literal.ts'
import type { Reader } from './reader.ts'
import type { DictEntry, Parameter, Value } from './value.ts'

/** Deeper nesting than people write; past it a value is unknown, so that a crafted file cannot exhaust the stack. */
const deepest = 120

/** An expression node as a value. What reading cannot tell (comprehensions, walrus in calls, slices) is `unknown`. */
export function readValue(node: SyntaxNode, reader: Reader, depth = 0): Value {
  const line = reader.line(node.from)
  if (depth > deepest) return { kind: 'unknown', line }
  const inner = (child: SyntaxNode): Value => readValue(child, reader, depth + 1)
  const parts = childrenOf(node)
  switch (node.name) {
    case 'ContinuedString':
      return joinStrings(parts.map(inner), line)
    case 'FormatString':
      return formatValue(node, reader, inner, line)
    case 'ParenthesizedExpression':
      return parts[1] ? inner(parts[1]) : { kind: 'unknown', line }
    case 'NamedExpression':
    case 'AwaitExpression': {
      const last = parts.at(-1)
      if (!last) return { kind: 'unknown', line }
      return node.name === 'AwaitExpression' ? { kind: 'await', of: inner(last), line } : inner(last)
    }
    case 'MemberExpression':
      return memberValue(parts, reader, inner, line)
    case 'CallExpression':
      return callValue(parts, reader, inner, line)
    case 'TupleExpression':
    case 'ArrayExpression':
    case 'SetExpression':
      return { kind: 'sequence', type: sequences[node.name], items: readItems(parts, inner), line }
    case 'DictionaryExpression':
      return { kind: 'dict', entries: readEntries(parts, inner), line }
    case 'LambdaExpression':
      return lambdaValue(parts, reader, inner, line)
    case 'ConditionalExpression': {
      const [yes, , , , no] = parts
      return yes && no ? { kind: 'either', options: [inner(yes), inner(no)], line } : { kind: 'unknown', line }
    }
    case 'BinaryExpression':
      return binaryValue(parts, reader, inner, line)
    default:
      return readAtom(node.name, reader.text(node), line)
  }
}

function readAtom(name: string, text: string, line: number): Value {
  switch (name) {
    case 'String':
      return stringValue(readLiteral(text), line)
    case 'Number':
      return { kind: 'number', text, line }
    case 'Boolean':
      return { kind: 'constant', value: text === 'True', line }
    case 'None':
      return { kind: 'constant', value: null, line }
    case 'VariableName':
      return { kind: 'name', name: text, line }
    default:
      return { kind: 'unknown', line }
  }
}

const sequences = { TupleExpression: 'tuple', ArrayExpression: 'list', SetExpression: 'set' } as const

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) if (child.name !== 'Comment') found.push(child)
  return found
}

/** Comma-separated expressions, brackets and all, `*rest` as `star`. */
export function readItems(parts: readonly SyntaxNode[], inner: (node: SyntaxNode) => Value): Value[] {
  const items: Value[] = []
  let star = ''
  for (const part of parts) {
    if (part.name === '*' || part.name === '**') star = part.name
    else if (isExpression(part)) {
      const value = inner(part)
      items.push(star === '' ? value : { kind: 'star', of: value, double: star === '**', line: value.line })
      star = ''
    }
  }
  return items
}

/** True for a node that is an expression rather than a token of the statement around it. */
export function isExpression(node: SyntaxNode): boolean {
  return /^[A-Z]/.test(node.name) && !tokens.has(node.name) && !node.type.isError
}

const tokens = new Set([
  'AssignOp',
  'UpdateOp',
  'CompareOp',
  'ArithOp',
  'BitOp',
  'LogicOp',
  'TypeDef',
  'Body',
  'At',
  'Ellipsis',
])

function stringValue(text: string | null, line: number): Value {
  return text === null ? { kind: 'unknown', line } : { kind: 'string', text, line }
}

function joinStrings(values: readonly Value[], line: number): Value {
  const parts: (string | null)[] = []
  const replaced: Value[] = []
  for (const value of values) {
    if (value.kind === 'string') parts.push(value.text)
    else if (value.kind === 'format') {
      parts.push(...value.parts)
      replaced.push(...value.replaced)
    } else return { kind: 'unknown', line }
  }
  return parts.includes(null)
    ? { kind: 'format', parts, replaced, line }
    : { kind: 'string', text: parts.map(part => part ?? '').join(''), line }
}

function formatValue(node: SyntaxNode, reader: Reader, inner: (node: SyntaxNode) => Value, line: number): Value {
  const source = reader.text(node)
  const body = bodyOf(source)
  const parts: (string | null)[] = []
  const replaced: Value[] = []
  let from = node.from + body.from
  const add = (to: number): void => {
    const text = reader.slice(from, to).replace(/\{\{/g, '{').replace(/\}\}/g, '}')
    if (text !== '') parts.push(body.raw ? text : unescape(text))
  }
  for (const child of childrenOf(node)) {
    if (child.name !== 'FormatReplacement') continue
    add(child.from)
    const value = childrenOf(child).find(isExpression)
    replaced.push(value ? inner(value) : { kind: 'unknown', line })
    parts.push(null)
    from = child.to
  }
  add(node.from + body.to)
  return joinStrings([{ kind: 'format', parts, replaced, line }], line)
}

type Inner = (node: SyntaxNode) => Value

function memberValue(parts: readonly SyntaxNode[], reader: Reader, inner: Inner, line: number): Value {
  const [owner, dot, name] = parts
  if (!owner || !dot) return { kind: 'unknown', line }
  const of = inner(owner)
  if (dot.name === '.')
    return { kind: 'attribute', of, name: name ? reader.text(name) : '', line: name ? reader.line(name.from) : line }
  const indexes = parts.slice(2, -1)
  return { kind: 'subscript', of, index: indexes.length === 1 && indexes[0] ? inner(indexes[0]) : null, line }
}

function callValue(parts: readonly SyntaxNode[], reader: Reader, inner: Inner, line: number): Value {
  const [callee, list] = parts
  if (!callee || !list) return { kind: 'unknown', line }
  const { args, keywords } = readArguments(list, reader, inner)
  return { kind: 'call', callee: inner(callee), args, keywords, line }
}

/** An ArgList: of a call, a decorator or a class's bases. */
export function readArguments(
  list: SyntaxNode,
  reader: Reader,
  inner: Inner,
): { readonly args: Value[]; readonly keywords: Map<string, Value> } {
  const keywords = new Map<string, Value>()
  const positional: SyntaxNode[] = []
  const parts = childrenOf(list)
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i]
    const value = parts[i + 2]
    if (part?.name === 'VariableName' && parts[i + 1]?.name === 'AssignOp' && value) {
      keywords.set(reader.text(part), inner(value))
      i += 2
    } else if (part) positional.push(part)
  }
  return { args: readItems(positional, inner), keywords }
}

function readEntries(parts: readonly SyntaxNode[], inner: Inner): DictEntry[] {
  const entries: DictEntry[] = []
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i]
    const next = parts[i + 1]
    const value = parts[i + 2]
    if (part?.name === '**' && next) {
      entries.push({ key: null, value: inner(next) })
      i += 1
    } else if (part && next?.name === ':' && value) {
      entries.push({ key: inner(part), value: inner(value) })
      i += 2
    }
  }
  return entries
}

function lambdaValue(parts: readonly SyntaxNode[], reader: Reader, inner: Inner, line: number): Value {
  const list = parts.find(part => part.name === 'ParamList')
  const body = parts.at(-1)
  if (!body) return { kind: 'unknown', line }
  return { kind: 'lambda', parameters: list ? readParameters(list, reader, inner) : [], body: inner(body), line }
}

function binaryValue(parts: readonly SyntaxNode[], reader: Reader, inner: Inner, line: number): Value {
  const [left, operator, right] = parts
  if (!left || !operator || !right || parts.length !== 3) return { kind: 'unknown', line }
  if (operator.name === 'or') return { kind: 'either', options: [inner(left), inner(right)], line }
  if (operator.name === 'and') return { kind: 'either', options: [inner(right), inner(left)], line }
  return { kind: 'operation', operator: reader.text(operator), left: inner(left), right: inner(right), line }
}

/** A ParamList of a function or lambda. `/` and a bare `*` separate and are no parameters. */
export function readParameters(list: SyntaxNode, reader: Reader, inner: Inner): Parameter[] {
  const found: Parameter[] = []
  let star: Parameter['star'] = ''
  const parts = childrenOf(list)
  for (const [i, part] of parts.entries()) {
    if (part.name === '*' || part.name === '**') star = part.name
    else if (part.name === ',') star = ''
    else if (part.name === 'VariableName' && parts[i - 1]?.name !== 'AssignOp') {
      const assign = parts[i + 1]?.name === 'TypeDef' ? i + 2 : i + 1
      const value = parts[assign]?.name === 'AssignOp' ? parts[assign + 1] : undefined
      found.push({ name: reader.text(part), star, value: value ? inner(value) : null })
      star = ''
    }
  }
  return found
}
