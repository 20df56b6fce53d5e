import type { SyntaxNode } from '@lezer/common'
import { childrenOf, isExpression, readArguments, readItems, readParameters, readValue } from './expression.ts'
import type { Reader } from './reader.ts'
import type { Branch, BlockStatement, ClassStatement, FunctionStatement, Statement } from './statement.ts'
import { dotted, type Value } from './value.ts'

/** Deeper nesting of blocks than people write; what lies below is left out. */
const deepest = 60

/** The statements of a Script or Body node. Statements that say nothing about names (pass, del, assert) are left out. */
export function readBody(node: SyntaxNode, reader: Reader, depth = 0): Statement[] {
  if (depth > deepest) return []
  return childrenOf(node).flatMap(child => readStatement(child, reader, depth))
}

function readStatement(node: SyntaxNode, reader: Reader, depth: number): Statement[] {
  const line = reader.line(node.from)
  const parts = childrenOf(node)
  switch (node.name) {
    case 'StatementGroup':
      return readBody(node, reader, depth + 1)
    case 'ImportStatement':
      return [parts[0]?.name === 'from' ? readFrom(parts, reader, line) : readImport(parts, reader, line)]
    case 'AssignStatement':
      return readAssign(parts, reader, line)
    case 'DecoratedStatement':
      return readDecorated(parts, reader, depth)
    case 'FunctionDefinition':
      return [readFunction(node, [], reader, depth)]
    case 'ClassDefinition':
      return [readClass(node, [], reader, depth)]
    case 'IfStatement':
    case 'TryStatement':
    case 'WithStatement':
    case 'ForStatement':
    case 'WhileStatement':
      return [readBlock(node.name, parts, reader, depth, line)]
    case 'MatchStatement':
      return [readMatch(parts, reader, depth, line)]
    default:
      return readSimple(node.name, parts, reader, line)
  }
}

function readSimple(name: string, parts: readonly SyntaxNode[], reader: Reader, line: number): Statement[] {
  const value = (child: SyntaxNode): Value => readValue(child, reader)
  switch (name) {
    case 'UpdateStatement': {
      const [target, operator, right] = parts
      if (!target || !operator || !right) return []
      return [{ kind: 'augment', target: value(target), operator: reader.text(operator), value: value(right), line }]
    }
    case 'ExpressionStatement':
      return parts.filter(isExpression).map(part => ({ kind: 'expression', value: value(part), line }))
    case 'ReturnStatement':
      return [{ kind: 'return', value: joined(readItems(parts.slice(1), value), parts, line), line }]
    case 'RaiseStatement':
      return [{ kind: 'raise', value: parts[1] ? value(parts[1]) : null, line }]
    case 'ScopeStatement':
      return [
        {
          kind: 'global',
          names: parts.filter(part => part.name === 'VariableName').map(part => reader.text(part)),
          line,
        },
      ]
    default:
      return []
  }
}

/** The module path written at `from` in a list of tokens, and the index after it. */
function readPath(parts: readonly SyntaxNode[], from: number, reader: Reader): { path: string; next: number } {
  let path = ''
  let i = from
  for (; i < parts.length; i += 1) {
    const part = parts[i]
    if (part?.name !== '.' && part?.name !== 'VariableName') break
    path += reader.text(part)
  }
  return { path, next: i }
}

function readImport(parts: readonly SyntaxNode[], reader: Reader, line: number): Statement {
  const names: { module: string; as: string | null }[] = []
  for (let i = 1; i < parts.length; i += 1) {
    const { path, next } = readPath(parts, i, reader)
    const alias = parts[next]?.name === 'as' ? parts[next + 1] : undefined
    if (path !== '') names.push({ module: path, as: alias ? reader.text(alias) : null })
    i = alias ? next + 2 : next
  }
  return { kind: 'import', names, line }
}

function readFrom(parts: readonly SyntaxNode[], reader: Reader, line: number): Statement {
  const { path, next } = readPath(parts, 1, reader)
  const module = path.replace(/^\.+/, '')
  const names: { name: string; as: string | null }[] = []
  for (let i = next + 1; i < parts.length; i += 1) {
    const part = parts[i]
    if (part?.name === '*') names.push({ name: '*', as: null })
    if (part?.name !== 'VariableName') continue
    const alias = parts[i + 1]?.name === 'as' ? parts[i + 2] : undefined
    names.push({ name: reader.text(part), as: alias ? reader.text(alias) : null })
    if (alias) i += 2
  }
  return { kind: 'from', level: path.length - module.length, module, names, line }
}

/** One value of a comma-separated list; a tuple when there is a comma. */
function joined(items: readonly Value[], parts: readonly SyntaxNode[], line: number): Value | null {
  const comma = parts.some(part => part.name === ',')
  return comma ? { kind: 'sequence', type: 'tuple', items, line } : (items[0] ?? null)
}

function readAssign(parts: readonly SyntaxNode[], reader: Reader, line: number): Statement[] {
  const groups: SyntaxNode[][] = [[]]
  for (const part of parts) {
    if (part.name === 'AssignOp') groups.push([])
    else if (part.name !== 'TypeDef') groups.at(-1)?.push(part)
  }
  const sides = groups.map(group =>
    joined(
      readItems(group, part => readValue(part, reader)),
      group,
      line,
    ),
  )
  const value = groups.length > 1 ? (sides.pop() ?? { kind: 'unknown' as const, line }) : null
  const targets = sides.filter(side => side !== null)
  if (targets.length === 0) return []
  return [{ kind: 'assign', targets, value, annotation: readType(parts, reader), by: 'assign', line }]
}

function readType(parts: readonly SyntaxNode[], reader: Reader): Value | null {
  const type = parts.find(part => part.name === 'TypeDef')
  const written = type ? childrenOf(type).find(isExpression) : undefined
  return written ? readValue(written, reader) : null
}

function readDecorated(parts: readonly SyntaxNode[], reader: Reader, depth: number): Statement[] {
  const decorators = parts.filter(part => part.name === 'Decorator').map(part => readDecorator(part, reader))
  return parts.flatMap((part): Statement[] => {
    if (part.name === 'FunctionDefinition') return [readFunction(part, decorators, reader, depth)]
    if (part.name === 'ClassDefinition') return [readClass(part, decorators, reader, depth)]
    return []
  })
}

function readDecorator(node: SyntaxNode, reader: Reader): Value {
  const parts = childrenOf(node)
  const line = reader.line(node.from)
  const inner = (child: SyntaxNode): Value => readValue(child, reader)
  let value: Value | null = null
  for (const part of parts.slice(1)) {
    if (part.name === 'ArgList' && value)
      value = { kind: 'call', callee: value, ...readArguments(part, reader, inner), line }
    else if (part.name === 'VariableName' || part.name === 'PropertyName') {
      const name = reader.text(part)
      value = value ? { kind: 'attribute', of: value, name, line } : { kind: 'name', name, line }
    } else if (isExpression(part)) value ??= inner(part)
  }
  return value ?? { kind: 'unknown', line }
}

function readFunction(
  node: SyntaxNode,
  decorators: readonly Value[],
  reader: Reader,
  depth: number,
): FunctionStatement {
  const parts = childrenOf(node)
  const name = parts.find(part => part.name === 'VariableName')
  const list = parts.find(part => part.name === 'ParamList')
  const body = parts.find(part => part.name === 'Body')
  return {
    kind: 'function',
    name: name ? reader.text(name) : '',
    async: parts[0]?.name === 'async',
    parameters: list ? readParameters(list, reader, child => readValue(child, reader)) : [],
    returns: readType(parts, reader),
    decorators,
    body: body ? readBody(body, reader, depth + 1) : [],
    line: reader.line(node.from),
  }
}

function readClass(node: SyntaxNode, decorators: readonly Value[], reader: Reader, depth: number): ClassStatement {
  const parts = childrenOf(node)
  const name = parts.find(part => part.name === 'VariableName')
  const list = parts.find(part => part.name === 'ArgList')
  const body = parts.find(part => part.name === 'Body')
  return {
    kind: 'class',
    name: name ? reader.text(name) : '',
    bases: list ? readArguments(list, reader, child => readValue(child, reader)).args : [],
    decorators,
    body: body ? readBody(body, reader, depth + 1) : [],
    line: reader.line(node.from),
  }
}

const words = {
  IfStatement: 'if',
  TryStatement: 'try',
  WithStatement: 'with',
  ForStatement: 'for',
  WhileStatement: 'while',
} as const

/** if, try, with, for, while: each header up to its Body is one branch. */
function readBlock(
  name: keyof typeof words,
  parts: readonly SyntaxNode[],
  reader: Reader,
  depth: number,
  line: number,
): BlockStatement {
  const branches: Branch[] = []
  let header: SyntaxNode[] = []
  for (const part of parts) {
    if (part.name !== 'Body') {
      header.push(part)
      continue
    }
    branches.push(readBranch(words[name], header, part, reader, depth))
    header = []
  }
  return { kind: 'block', word: words[name], branches, line }
}

function readBranch(
  kind: BlockStatement['word'],
  header: readonly SyntaxNode[],
  body: SyntaxNode,
  reader: Reader,
  depth: number,
): Branch {
  const word = header.find(part => part.name !== 'async')?.name ?? kind
  const tested = header.find(isExpression)
  const text = tested ? reader.text(tested) : ''
  const isTest = word === 'if' || word === 'elif' || word === 'while'
  const bound = kind === 'with' || word === 'for' ? readHeaderBindings(header, reader) : []
  return {
    word,
    guard: isTest ? readGuard(text) : null,
    test: isTest && tested ? readValue(tested, reader) : null,
    body: [...bound, ...readBody(body, reader, depth + 1)],
  }
}

/** What `with x as y` and `for y in x` bind, so that no name looks free. */
function readHeaderBindings(header: readonly SyntaxNode[], reader: Reader): Statement[] {
  const found: Statement[] = []
  for (const [i, part] of header.entries()) {
    const before = header[i - 1]
    const after = header[i + 1]
    if (!before || !after || (part.name !== 'as' && part.name !== 'in')) continue
    const [target, value] = part.name === 'as' ? [after, before] : [before, after]
    const line = reader.line(part.from)
    const by = part.name === 'as' ? 'with' : 'for'
    found.push({
      kind: 'assign',
      targets: [readValue(target, reader)],
      value: readValue(value, reader),
      annotation: null,
      by,
      line,
    })
  }
  return found
}

function readGuard(test: string): Branch['guard'] {
  if (/(?<!\w)__name__\s*(?:==|in)/.test(test) && /__main__/.test(test)) return 'main'
  if (/__main__['"]\s*==\s*__name__/.test(test)) return 'main'
  return /^(?:\w+\.)?TYPE_CHECKING$/.test(test.trim()) ? 'typing' : null
}

function readMatch(parts: readonly SyntaxNode[], reader: Reader, depth: number, line: number): BlockStatement {
  const body = parts.find(part => part.name === 'MatchBody')
  const clauses = body ? childrenOf(body).filter(part => part.name === 'MatchClause') : []
  const branches = clauses.map(clause => {
    const inner = childrenOf(clause).find(part => part.name === 'Body')
    return { word: 'case', guard: null, test: null, body: inner ? readBody(inner, reader, depth + 1) : [] }
  })
  return { kind: 'block', word: 'match', branches, line }
}

/** The callee of a call statement such as `app.run()`, dotted; null for anything else. */
export function calleeOf(statement: Statement): string | null {
  return statement.kind === 'expression' && statement.value.kind === 'call' ? dotted(statement.value.callee) : null
}
