import { argument, dotted, stringOf, type CallValue, type Value } from '../../../python/source/value.ts'
import type { Known } from './known.ts'

export interface Place {
  /** The file the expression stands in. */
  readonly file: string
  /** Evaluates a part of the expression. */
  readonly ask: (part: Value) => Known
}

/** A path as settings build it, from `__file__` upwards and down again with joins, relative to the repository; null for no path. */
export function evaluatePath(value: Value, place: Place): string | null {
  switch (value.kind) {
    case 'name':
      return value.name === '__file__' ? place.file : null
    case 'attribute':
      return attributeOf(value.of, value.name, place)
    case 'subscript':
      return value.of.kind === 'attribute' && value.of.name === 'parents' && value.index?.kind === 'number'
        ? up(asPath(value.of.of, place), Number(value.index.text) + 1)
        : null
    case 'operation':
      return operationOf(value.operator, value.left, value.right, place)
    case 'call':
      return callOf(value, place)
    default:
      return null
  }
}

/** A part that must be a path: text is one relative to where the process runs. */
function asPath(value: Value, place: Place): string | null {
  const known = place.ask(value)
  return known.path ?? (known.text === null ? null : down('', known.text))
}

function attributeOf(of: Value, name: string, place: Place): string | null {
  if (name === 'parent') return up(asPath(of, place), 1)
  return null
}

function operationOf(operator: string, left: Value, right: Value, place: Place): string | null {
  const base = asPath(left, place)
  if (operator === '/') return join(base, right, place)
  // django-environ: `environ.Path(__file__) - 2` goes up.
  if (operator === '-' && right.kind === 'number') return up(base, Number(right.text))
  if (operator !== '+') return null
  const rest = place.ask(right).text
  return rest?.startsWith('/') ? down(base, rest.slice(1)) : null
}

const wrappers = new Set([
  'Path',
  'pathlib.Path',
  'str',
  'os.fspath',
  'os.path.abspath',
  'os.path.realpath',
  'abspath',
  'realpath',
  'PurePath',
  'environ.Path',
  'path',
  'os.path.normpath',
  'normpath',
])
const unchanged = new Set(['resolve', 'absolute', 'as_posix', 'expanduser', '__str__'])

function callOf(call: CallValue, place: Place): string | null {
  const callee = dotted(call.callee)
  const [first, ...rest] = call.args
  if (callee === 'os.path.join' || callee === 'join' || callee === 'path.join') {
    return first ? rest.reduce((path: string | null, part) => join(path, part, place), asPath(first, place)) : null
  }
  if (callee && /(?:^|\.|_)dirname$/.test(callee)) return first ? up(asPath(first, place), 1) : null
  if (callee === 'os.getcwd' || callee === 'Path.cwd' || callee === 'pathlib.Path.cwd') return ''
  if (callee && wrappers.has(callee) && first)
    return rest.reduce((path: string | null, part) => join(path, part, place), asPath(first, place))
  if (call.callee.kind === 'attribute') {
    if (unchanged.has(call.callee.name)) return asPath(call.callee.of, place)
    if (call.callee.name === 'joinpath' || call.callee.name === 'path') {
      return call.args.reduce((path: string | null, part) => join(path, part, place), asPath(call.callee.of, place))
    }
    return null
  }
  // environ.Path objects are called to go down: root("static").
  const text = stringOf(argument(call, 0))
  if (call.callee.kind !== 'name' || text === null || call.args.length !== 1) return null
  const base = place.ask(call.callee).path
  return base === null ? null : down(base, text)
}

function join(base: string | null, part: Value, place: Place): string | null {
  const text = place.ask(part).text
  return base === null || text === null ? null : down(base, text)
}

function up(path: string | null, times: number): string | null {
  if (path === null || !(times >= 0 && times < 32)) return null
  let at: string = path
  for (let i = 0; i < times; i += 1) {
    if (at === '') return null // Above the repository: nothing of ours is known there.
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : ''
  }
  return at
}

/** A path further down, with `..` worked out; null when it is absolute or leaves the repository. */
function down(base: string | null, text: string): string | null {
  if (base === null || text.startsWith('/') || text.includes('\0')) return null
  const parts = base === '' ? [] : base.split('/')
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}
