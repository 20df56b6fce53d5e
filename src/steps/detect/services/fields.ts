import { walk, type ClassStatement, type Statement } from '../../../python/source/statement.ts'
import { dotted, stringOf, values, type Value } from '../../../python/source/value.ts'
import { appFiles, type Ground } from '../facts/ground.ts'
import { tellOf, type Fields, type Told } from './told.ts'

/** One setting that a class or a module of the app binds. */
export interface Field {
  readonly name: string
  readonly told: Told
  readonly file: string
  readonly line: number
  /** The class it is a field of; '' for a module's name. */
  readonly context: string
}

/** Files are read that bind a name which sounds of a service, or settings that do under a prefix. */
const speaks =
  /^[ \t]*(?:\w*_)?(?:DATABASE|DB|POSTGRES|PG|MYSQL|MARIADB|REDIS|VALKEY|BROKER|RESULT_BACKEND|MEMCACHE|DSN|(?:DB|PG|SQL)\w+)(?:_\w*|URL|URI)?[ \t]*[:=]|env_prefix/im

/** The settings of the app: fields of its classes (pydantic reads those of a BaseSettings from the environment), names of its modules. */
export function readFields(ground: Ground): { readonly list: readonly Field[]; readonly fields: Fields } {
  const texts = appFiles(ground).map(file => ({ file, text: ground.tree.text(file) }))
  const files = texts.filter(({ text }) => speaks.test(text) || text.includes('BaseSettings')).map(({ file }) => file)
  const classes = files.flatMap(file => classesIn(ground.tree.module(file).body).map(found => ({ file, found })))
  const settings = settingsClasses(classes.map(({ found }) => found))
  const fields = new Map<string, Told>()
  const list: Field[] = []
  const add = (name: string, told: Told | null, { file, line, context }: Omit<Field, 'name' | 'told'>): void => {
    if (told === null) return
    list.push({ name, told, file, line, context })
    const before = fields.get(name.toUpperCase())
    if (!before || (before.variable === null && told.variable !== null)) fields.set(name.toUpperCase(), told)
  }
  for (const { file, found } of classes) {
    const prefix = settings.has(found.name) ? prefixOf(found) : null
    for (const { target, value, annotated, line } of bindings(found.body)) {
      const reader = { tree: ground.tree, file, fields }
      const at = { file, line, context: found.name }
      if (prefix === null || !annotated) add(target, value && tellOf(value, reader), at)
      else
        add(
          target,
          pydanticField(target, value, prefix, item => tellOf(item, reader)),
          at,
        )
    }
  }
  for (const file of files) {
    for (const { target, value, line } of bindings(ground.tree.module(file).body)) {
      if (value) add(target, tellOf(value, { tree: ground.tree, file, fields }), { file, line, context: '' })
    }
  }
  return { list, fields }
}

function classesIn(body: readonly Statement[]): ClassStatement[] {
  const own = [...walk(body)].map(({ statement }) => statement).filter(statement => statement.kind === 'class')
  return [...own, ...own.flatMap(statement => classesIn(statement.body))]
}

/** Classes that come from pydantic's BaseSettings, by way of each other. */
function settingsClasses(classes: readonly ClassStatement[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const { name, bases } of classes) {
      const own = bases.map(base => dotted(base)?.split('.').at(-1) ?? '')
      if (own.some(base => base === 'BaseSettings' || found.has(base))) found.add(name)
    }
  }
  return found
}

interface Bound {
  readonly target: string
  readonly value: Value | null
  readonly annotated: boolean
  readonly line: number
}

function* bindings(body: readonly Statement[]): Generator<Bound> {
  for (const { statement } of walk(body)) {
    if (statement.kind !== 'assign' || statement.by !== 'assign') continue
    const [target] = statement.targets
    if (target?.kind !== 'name') continue
    yield {
      target: target.name,
      value: statement.value,
      annotated: statement.annotation !== null,
      line: statement.line,
    }
  }
}

/** https://docs.pydantic.dev/latest/concepts/pydantic_settings/: the field's name with the prefix, or its alias, in any case. */
function pydanticField(
  name: string,
  value: Value | null,
  prefix: string,
  tell: (value: Value) => Told | null,
): Told | null {
  const call = value?.kind === 'call' && dotted(value.callee)?.split('.').at(-1) === 'Field' ? value : null
  const alias = ['env', 'validation_alias', 'alias']
    .map(key => stringOf(call?.keywords.get(key)))
    .find(text => text !== null)
  const variable = alias ?? `${prefix}${name}`.toUpperCase()
  const made = call?.keywords.has('default_factory') ?? false
  const given = call ? (call.keywords.get('default') ?? call.args[0] ?? null) : value
  // `Field(...)`: an Ellipsis says that there is no default.
  const otherwise = given === null || (given.kind === 'unknown' && call !== null) ? null : given
  const told = otherwise === null ? null : tell(otherwise)
  // A default that reads the environment itself says the name.
  if (told?.variable != null) return told
  const defaulted = made || (otherwise !== null && otherwise.kind !== 'constant')
  return { text: told?.text ?? null, variable, required: otherwise === null && !made, defaulted }
}

function prefixOf(statement: ClassStatement): string {
  for (const { statement: inner } of walk(statement.body)) {
    if (inner.kind === 'class') {
      const own = prefixOf(inner)
      if (own !== '') return own
    }
    if (inner.kind !== 'assign' || !inner.value) continue
    const [target] = inner.targets
    if (target?.kind === 'name' && target.name === 'env_prefix') return stringOf(inner.value) ?? ''
    for (const part of values(inner.value)) {
      const prefix = part.kind === 'call' ? stringOf(part.keywords.get('env_prefix')) : null
      if (prefix !== null) return prefix
    }
  }
  return ''
}
