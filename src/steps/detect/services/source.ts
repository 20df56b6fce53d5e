import { walk, type Statement } from '../../../python/source/statement.ts'
import { children, dotted, stringOf, type Value } from '../../../python/source/value.ts'
import { appFiles, reason, type Ground } from '../facts/ground.ts'
import { clientOf } from './clients.ts'
import { isKind, kindOfScheme, type Endpoint, type SchemeKind } from './endpoint.ts'
import type { Field } from './fields.ts'
import { type Fields, type Reader, readOf, tellOf, type Told, written } from './told.ts'
import { readUrl, urlOf } from './url.ts'

/** What the app's source says of services, outside of Django's dictionaries. */
export interface SourceFindings {
  readonly endpoints: readonly Endpoint[]
  /** Every variable the app reads, with what it is without being set. */
  readonly variables: ReadonlyMap<string, Variable>
  /** True when a database URL is SQLite's as long as nobody says otherwise. */
  readonly sqlite: boolean
  /** URLs of services that nobody brings. */
  readonly others: readonly OtherService[]
}

export interface Variable extends Told {
  readonly because: Endpoint['because']
}

export interface OtherService {
  readonly kind: SchemeKind
  readonly variable: string | null
  readonly because: Endpoint['because']
}

/** Files that hold none of these say nothing: a URL, a client's call, a look-up under a name that sounds of a service. */
const speaks =
  /(?:postgres|mysql|mariadb|redis|valkey|memcache|sqlite|amqp|mongodb)\w*(?:\+\w+)?:\/\/|(?:Redis|Pool|RedisSettings|Database|connect|create_pool|URL\.create|Dsn\.build)\(|(?:env|environ|config|secret|setting)\w*(?:\.\w+)?\s*[[(]\s*["']\w*(?:DATABASE|DB|POSTGRES|PG|MYSQL|MARIADB|REDIS|VALKEY|SQL|BROKER|BACKEND|CACHE|DSN)/i

/** Names of classes, functions and files whose values no production sees. */
const aside = /test|(?:^|[._/])(?:dev|develop\w*|local)(?:$|[._])|^(?:Dev|Local|Test|CI)/i

/** Files of programs that a person runs by hand. */
const tools = /(?:^|\/)(?:cli|commands?|management|migrations?|tools|bin)(?:\/|\.py$|_)/

/** A URL that Django's settings read by a helper of their own. */
const settings = /(?:^|\.)(?:db|db_url|dj_db_url|cache|cache_url|dj_cache_url)$|^dj_database_url\./

export function sourceServices(
  ground: Ground,
  { list, fields }: { list: readonly Field[]; fields: Fields },
): SourceFindings {
  const endpoints: Endpoint[] = []
  const variables = new Map<string, Variable>()
  const others: OtherService[] = []
  let sqlite = false
  const fieldLines = new Set(
    list.filter(({ told }) => told.variable !== null).map(({ file, line }) => `${file}:${line}`),
  )
  const read = (told: Told, because: Endpoint['because']): void => {
    if (told.variable === null) return
    const before = variables.get(told.variable)
    // Where one place has a default and another none, what is known of it is the default.
    if (!before || (before.text === null && told.text !== null)) variables.set(told.variable, { ...told, because })
  }
  const meet = (url: ReturnType<typeof readUrl>, told: Told | null, at: Occurrence): boolean => {
    const kind = url ? kindOfScheme(url.scheme) : null
    if (!url || kind === null) return false
    const because = [reason(ground.tree, at.file, at.value.line)]
    const variable = told?.variable ?? null
    if (/test/i.test(`${at.context} ${variable ?? ''}`)) return true
    if (kind === 'sqlite') sqlite ||= isStored(url) && !aside.test(at.context)
    else if (!isKind(kind)) others.push({ kind, variable, because })
    else if (variable !== null) {
      endpoints.push({ kind, ...url, url: { variable, scheme: url.scheme, required: false }, because })
    } else if (url.host !== null && !aside.test(at.context) && !tools.test(at.file))
      endpoints.push({ kind, url: null, ...url, because })
    return true
  }
  for (const { told, file, line, context } of list) {
    if (/test/i.test(context)) continue
    const at: Occurrence = { value: { kind: 'unknown', line }, file, context }
    read(told, [reason(ground.tree, file, line)])
    if (told.variable !== null && told.text !== null) meet(readUrl(told.text), told, at)
  }
  for (const file of appFiles(ground)) {
    if (!speaks.test(ground.tree.text(file))) continue
    const reader: Reader = { tree: ground.tree, file, fields }
    for (const at of occurrences(ground.tree.module(file).body, file, '')) {
      visit(at, (value): boolean => {
        const here = { ...at, value }
        const because = (): Endpoint['because'] => [reason(ground.tree, file, value.line)]
        const looked = readOf(value)
        if (looked) {
          const told = tellOf(value, reader)
          if (told) read(told, because())
          return meet(looked.otherwise ? urlOf(looked.otherwise, reader) : null, told, here)
        }
        if (value.kind === 'call' && settings.test(dotted(value.callee) ?? '')) return true
        if (fieldLines.has(`${file}:${value.line}`)) return false
        if (meet(sqliteUrl(value) ?? urlOf(value, reader), null, here)) return true
        const client = value.kind === 'call' ? clientOf(value, reader) : null
        if (client && !aside.test(at.context) && !tools.test(at.file)) endpoints.push({ ...client, because: because() })
        return client !== null
      })
    }
  }
  return { endpoints, variables, sqlite, others }
}

interface Occurrence {
  readonly value: Value
  readonly file: string
  /** The classes and functions around it. */
  readonly context: string
}

/** The values of every statement, in functions and classes too; docstrings are none. */
function* occurrences(body: readonly Statement[], file: string, context: string): Generator<Occurrence> {
  for (const { statement, guard } of walk(body)) {
    if (guard !== null) continue
    if (statement.kind === 'function' || statement.kind === 'class') {
      if (statement.kind === 'function')
        for (const { value } of statement.parameters) if (value) yield { value, file, context }
      yield* occurrences(statement.body, file, context === '' ? statement.name : `${context}.${statement.name}`)
    } else if (statement.kind === 'assign' && statement.value) {
      const [target] = statement.targets
      const name =
        target?.kind === 'name' ? target.name : (stringOf(target?.kind === 'subscript' ? target.index : null) ?? '')
      yield { value: statement.value, file, context: /test/i.test(name) ? `${context}.test` : context }
    } else if (statement.kind === 'expression' || statement.kind === 'return') {
      if (statement.value && statement.value.kind !== 'string') yield { value: statement.value, file, context }
    }
  }
}

/** Goes into a value as long as nothing is taken from it. */
function visit(at: Occurrence, take: (value: Value) => boolean): void {
  const todo: Value[] = [at.value]
  for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
    if (!take(value)) todo.push(...children(value).toReversed())
  }
}

/** `f"sqlite:///{path}"` and `"sqlite:///" + path`: how it begins is enough. */
function sqliteUrl(value: Value): ReturnType<typeof readUrl> {
  const [start] = value.kind === 'format' ? value.parts : value.kind === 'operation' ? [stringOf(value.left)] : []
  if (!start || !/^(?:sqlite|aiosqlite)[\w+]*:\/\//.test(start)) return null
  return {
    scheme: 'sqlite',
    host: null,
    port: null,
    user: null,
    password: null,
    database: written('file'),
  }
}

/** A database in memory is a test's. */
function isStored({ database }: NonNullable<ReturnType<typeof readUrl>>): boolean {
  return database !== null && database.text !== ':memory:'
}
