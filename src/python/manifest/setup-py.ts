import { posix } from 'node:path'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { readModule } from '../source/module.ts'
import { walk, type Statement } from '../source/statement.ts'
import { dotted, stringOf, values, type CallValue, type Value } from '../source/value.ts'
import { parseConstraint } from '../version/constraint.ts'
import { listRequirement, refuse } from './list.ts'
import { readClassifiers, type Manifest, type Place, type PythonLimit } from './manifest.ts'

interface Scope {
  readonly names: ReadonlyMap<string, readonly Value[]>
  readonly all: readonly Value[]
}

/** Names are followed this far: `a = b`, `b = c + d` …; a circle ends there. */
const deepest = 10
/** Values a list may be made of: lists made of lists by name multiply. */
const mostParts = 10_000

/**
 * setup.py, read and never run: what `setup(...)` is given as literals, or by names bound to literals. Where a program computes the
 * dependencies, the requirements file it reads is taken if there is no doubt which; otherwise `computed` says so.
 * @throws `invalid-requirement`, `requirement-outside`
 */
export function readSetupPy(file: string, files: ProjectFiles): Manifest | null {
  const text = files.text(file)
  const scope = text === null ? null : readScope(readModule(text).body)
  const call = scope?.all.find(value => value.kind === 'call' && /^(?:\w+\.)*setup$/.test(dotted(value.callee) ?? ''))
  if (scope === null || call?.kind !== 'call') return null
  const keywords = readKeywords(call, scope)
  const root = posix.dirname(file)
  const list = (value: Value | undefined, group: string | null): ListedRequirement[] =>
    (value === undefined ? [] : (strings(value, scope) ?? [])).map(({ text, line }) =>
      listRequirement(text, { file, line, group }, files, root),
    )
  const install = keywords.get('install_requires')
  const computed = install !== undefined && strings(install, scope) === null ? install : null
  const includes = computed === null ? [] : findFiles(computed, scope, root, files)
  return {
    file,
    name: stringOf(resolve(keywords.get('name'), scope)),
    requirements: [
      ...list(install, null),
      ...readExtras(keywords.get('extras_require'), scope).flatMap(([group, value]) => list(value, group)),
    ],
    constraints: [],
    includes,
    computed: computed === null || includes.length > 0 ? null : place(computed, text ?? ''),
    python: readPython(keywords.get('python_requires'), scope, file),
    classifiers: readClassifiers((strings(keywords.get('classifiers') ?? none, scope) ?? []).map(({ text }) => text)),
    index: null,
    extraIndexes: [],
  }
}

const none: Value = { kind: 'sequence', type: 'list', items: [], line: 0 }

function readScope(body: readonly Statement[]): Scope {
  const names = new Map<string, Value[]>()
  const all: Value[] = []
  const bind = (name: string | null, value: Value): void => {
    if (name !== null) names.set(name, [...(names.get(name) ?? []), value])
  }
  for (const { statement } of walk(body)) {
    if (statement.kind === 'expression') all.push(...values(statement.value))
    if (statement.kind === 'assign' && statement.value !== null) {
      all.push(...values(statement.value))
      for (const target of statement.targets)
        bind(dotted(target), statement.by === 'assign' ? statement.value : { kind: 'unknown', line: statement.line })
    }
    // `requires += [...]` makes a second value: together they are the list.
    if (statement.kind === 'augment') bind(dotted(statement.target), statement.value)
    // Many a setup.py calls setup() from a function of its own.
    if (statement.kind === 'function') all.push(...readScope(statement.body).all)
  }
  return { names, all }
}

function readKeywords(call: CallValue, scope: Scope): ReadonlyMap<string, Value> {
  const keywords = new Map<string, Value>()
  for (const argument of call.args) {
    const value = argument.kind === 'star' && argument.double ? resolve(argument.of, scope) : null
    for (const [key, item] of value === null ? [] : readDict(value)) keywords.set(key, item)
  }
  for (const [key, value] of call.keywords) keywords.set(key, value)
  return keywords
}

function readDict(value: Value): (readonly [string, Value])[] {
  if (value.kind === 'call' && dotted(value.callee) === 'dict') return [...value.keywords]
  if (value.kind !== 'dict') return []
  return value.entries.flatMap(({ key, value }) => {
    const text = stringOf(key)
    return text === null ? [] : [[text, value] as const]
  })
}

function readExtras(value: Value | undefined, scope: Scope): (readonly [string, Value])[] {
  const resolved = resolve(value, scope)
  return resolved === null ? [] : readDict(resolved).filter(([name]) => !name.startsWith(':'))
}

function resolve(value: Value | undefined, scope: Scope, depth = 0): Value | null {
  if (value?.kind !== 'name') return value ?? null
  const [bound] = scope.names.get(value.name) ?? []
  return bound === undefined || depth > deepest ? null : resolve(bound, scope, depth + 1)
}

/** The strings a value is made of, or null when some of it is computed. */
function strings(
  value: Value,
  scope: Scope,
  depth = 0,
  budget = { left: mostParts },
): { text: string; line: number }[] | null {
  budget.left -= 1
  if (depth > deepest || budget.left < 0) return null
  const parts = partsOf(value, scope)
  if (parts === null) return value.kind === 'string' ? splitString(value.text, value.line) : null
  const found: { text: string; line: number }[] = []
  for (const part of parts) {
    const inner = strings(part, scope, depth + 1, budget)
    if (inner === null) return null
    found.push(...inner)
  }
  return found
}

function partsOf(value: Value, scope: Scope): readonly Value[] | null {
  if (value.kind === 'sequence') return value.items
  if (value.kind === 'operation' && value.operator === '+') return [value.left, value.right]
  if (value.kind === 'star' && !value.double) return [value.of]
  if (value.kind === 'name') return scope.names.get(value.name) ?? null
  if (value.kind === 'call' && ['list', 'tuple', 'set', 'sorted'].includes(dotted(value.callee) ?? ''))
    return value.args
  return null
}

/** setuptools takes one string with a requirement a line for a list. */
function splitString(text: string, line: number): { text: string; line: number }[] {
  return text
    .split('\n')
    .map(one => one.trim())
    .filter(one => one !== '' && !one.startsWith('#'))
    .map(one => ({ text: one, line }))
}

/** The requirements files named where the value is computed, or the only one that the whole file names. */
function findFiles(value: Value, scope: Scope, root: string, files: ProjectFiles): string[] {
  const named = (from: Iterable<Value>): string[] => {
    const texts = [...from].map(one => (one.kind === 'string' ? one.text : null)).filter(text => text !== null)
    const paths = texts
      .filter(text => /req.*\.(?:txt|in|pip)$/i.test(text))
      .map(text => posix.normalize(posix.join(root, text)))
    return [...new Set(paths.filter(path => files.has(path)))]
  }
  const nearby = named(values(value))
  if (nearby.length > 0) return nearby
  const anywhere = named(scope.all)
  return anywhere.length === 1 ? anywhere : []
}

function place(value: Value, text: string): Place {
  return { line: value.line, text: (text.split('\n')[value.line - 1] ?? '').trim().slice(0, 200) }
}

function readPython(value: Value | undefined, scope: Scope, file: string): PythonLimit | null {
  const resolved = resolve(value, scope)
  const text = stringOf(resolved)
  if (text === null || resolved === null) return null
  const constraint = parseConstraint(text)
  const said = `python_requires="${text}"`
  if (constraint === null) throw refuse(said, { file, line: resolved.line, group: null }, 'it is no range of versions')
  return { constraint, line: resolved.line, text: said }
}
