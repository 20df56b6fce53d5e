import { findOrigin } from '../../../python/source/origin.ts'
import { findImported } from '../../../python/source/resolve.ts'
import { scopeOf } from '../../../python/source/scope.ts'
import { walk } from '../../../python/source/statement.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import { argument, dotted, stringOf, type CallValue, type Value } from '../../../python/source/value.ts'
import { reason, type Ground } from '../facts/ground.ts'
import { isKind, kindOfEngine, kindOfScheme, type Endpoint, type SchemeKind } from './endpoint.ts'
import { type Fields, type Reader, readOf, tellOf, type Told, written } from './told.ts'
import { readUrl, urlOf } from './url.ts'

/** What Django's settings say of services. */
export interface DjangoServices {
  readonly endpoints: readonly Endpoint[]
  /** True when the database is SQLite as long as nobody says otherwise. */
  readonly sqlite: boolean
  /** Variables that hold a database URL without a default, of which the settings do not say what it leads to. */
  readonly urls: readonly {
    readonly variable: string
    readonly required: boolean
    readonly because: Endpoint['because']
  }[]
}

interface Source extends Reader {
  readonly value: Value
}

export function djangoServices(ground: Ground, fields: Fields): DjangoServices {
  const databases = entriesOf(ground, 'DATABASES', fields).map(source => databaseOf(source))
  const caches = entriesOf(ground, 'CACHES', fields).flatMap(source => locations(source, 'LOCATION', 'BACKEND'))
  const layers = entriesOf(ground, 'CHANNEL_LAYERS', fields).flatMap(channelLayer)
  return {
    endpoints: [...databases.flatMap(({ endpoint }) => endpoint ?? []), ...caches, ...layers],
    sqlite: databases.some(({ kind }) => kind === 'sqlite'),
    urls: databases.flatMap(({ url }) => url ?? []),
  }
}

/** The values of a setting's dictionary, in every way it is bound: alternatives, and single entries that are set later. */
function entriesOf(ground: Ground, name: string, fields: Fields): Source[] {
  const { tree, settingsFile } = ground
  if (settingsFile === null) return []
  const found: Source[] = []
  const met = new Set<Value>()
  const add = (value: Value, file: string): void => {
    // `DATABASES = DATABASES or {…}`: a name may lead back to where it stands.
    if (met.has(value)) return
    met.add(value)
    if (value.kind === 'either') for (const option of value.options) add(option, file)
    else if (value.kind === 'dict') {
      for (const { key, value: entry } of value.entries) if (key) found.push({ tree, file, fields, value: entry })
    } else if (value.kind === 'name') {
      const origin = findOrigin(tree, file, value.name)
      if (origin?.kind === 'bound' && origin.binding.kind === 'value') add(origin.binding.value, origin.file)
    }
  }
  const origin = findOrigin(tree, settingsFile, name)
  const file = origin?.kind === 'bound' ? origin.file : settingsFile
  for (const binding of scopeOf(tree.module(file).body).names.get(name) ?? [])
    if (binding.kind === 'value' && binding.placed.guard === null) add(binding.value, file)
  for (const each of filesOf(tree, settingsFile)) {
    for (const { statement, guard } of walk(tree.module(each).body)) {
      if (guard !== null || statement.kind !== 'assign' || !statement.value) continue
      const [target] = statement.targets
      if (target?.kind === 'subscript' && dotted(target.of) === name)
        found.push({ tree, file: each, fields, value: statement.value })
    }
  }
  return found.flatMap(source => alternatives(source))
}

/** What a value may be, by its options and the names in it; one that leads back to itself adds nothing. */
function alternatives(source: Source, met = new Set<Value>()): Source[] {
  const { value } = source
  if (met.has(value)) return []
  met.add(value)
  if (value.kind === 'either') return value.options.flatMap(option => alternatives({ ...source, value: option }, met))
  if (value.kind !== 'name') return [source]
  const origin = findOrigin(source.tree, source.file, value.name)
  if (origin?.kind !== 'bound' || origin.binding.kind !== 'value') return [source]
  return alternatives({ ...source, file: origin.file, value: origin.binding.value }, met)
}

/** The settings module and those whose names it takes over with a star. */
function filesOf(tree: SourceTree, file: string, seen = new Set<string>()): string[] {
  if (seen.has(file) || seen.size > 12) return []
  seen.add(file)
  const stars = scopeOf(tree.module(file).body).stars.flatMap(
    ({ module, level }) => findImported(tree, file, level, module)?.file ?? [],
  )
  return [file, ...stars.flatMap(each => filesOf(tree, each, seen))]
}

interface Database {
  readonly kind: SchemeKind | null
  readonly endpoint: Endpoint | null
  readonly url: DjangoServices['urls'][number] | null
}

function databaseOf(source: Source): Database {
  const { value } = source
  if (value.kind === 'dict') return describedDatabase(source, value)
  return value.kind === 'call' ? urlDatabase(source, value) : { kind: null, endpoint: null, url: null }
}

function describedDatabase(source: Source, value: Value & { kind: 'dict' }): Database {
  const get = (key: string): Told | null => {
    const found = entry(value, key)
    return found ? tellOf(found, source) : null
  }
  // `{**dj_database_url.parse(…), "OPTIONS": …}`
  const spread = value.entries.find(({ key }) => key === null)?.value
  if (spread?.kind === 'star' && spread.of.kind === 'call') return urlDatabase(source, spread.of)
  const engine = get('ENGINE')?.text ?? ''
  const kind = kindOfEngine(engine)
  if (!isKind(kind)) return { kind, endpoint: null, url: null }
  const absent = written('')
  const endpoint: Endpoint = {
    kind,
    url: null,
    // What is not there, Django leaves to the client library: its Unix socket.
    host: entry(value, 'HOST') ? get('HOST') : absent,
    port: get('PORT'),
    user: get('USER'),
    password: entry(value, 'PASSWORD') ? get('PASSWORD') : absent,
    database: get('NAME'),
    because: ['HOST', 'ENGINE'].flatMap(key => {
      const line = entry(value, key)?.line
      return line === undefined ? [] : [reason(source.tree, source.file, line)]
    }),
  }
  return { kind, endpoint: endpoint.host === null ? null : endpoint, url: null }
}

/** `env.db()` of django-environ, `env.dj_db_url()` of environs, `dj_database_url.config()` and `parse()`. */
function urlDatabase(source: Source, call: CallValue): Database {
  const callee = dotted(call.callee) ?? ''
  const nothing = { kind: null, endpoint: null, url: null }
  const isParse = /(?:^|\.)(?:parse|parse_url|db_url_config)$/.test(callee)
  if (!isParse && !/(?:^|\.)(?:db|db_url|dj_db_url|config|database)$/.test(callee)) return nothing
  const because = [reason(source.tree, source.file, call.line)]
  const first = argument(call, 0)
  const inner = isParse && first ? (readOf(first) ?? null) : null
  const told = isParse && first ? tellOf(first, source) : null
  const otherwise = inner ? inner.otherwise : (call.keywords.get('default') ?? call.args[1] ?? null)
  const variable = isParse
    ? (told?.variable ?? null)
    : (stringOf(call.keywords.get('env')) ?? stringOf(call.keywords.get('var')) ?? stringOf(first) ?? 'DATABASE_URL')
  const literal = isParse && variable === null ? first : otherwise
  const parts = literal ? urlOf(literal, source) : told?.text ? readUrl(told.text) : null
  const scheme = parts?.scheme ?? schemeOf(literal)
  const kind = scheme === null ? null : kindOfScheme(scheme)
  if (isKind(kind) && parts) {
    const url = variable === null ? null : { variable, scheme, required: false }
    return { kind, endpoint: { kind, url, ...parts, because }, url: null }
  }
  if (kind !== null || variable === null || literal !== null) return { kind, endpoint: null, url: null }
  return {
    kind: null,
    endpoint: null,
    url: { variable, required: told?.required ?? !callee.endsWith('config'), because },
  }
}

/** `f"sqlite:///{BASE_DIR}/db"`, `"sqlite:///" + str(…)`: how it begins is enough. */
function schemeOf(value: Value | null): string | null {
  if (!value) return null
  const text =
    value.kind === 'string'
      ? value.text
      : value.kind === 'format'
        ? (value.parts[0] ?? '')
        : value.kind === 'operation'
          ? (stringOf(value.left) ?? '')
          : ''
  return /^([a-z][\w+]*):/.exec(text)?.[1] ?? null
}

/** A cache: BACKEND says what it is, LOCATION where: one place or several. */
function locations(source: Source, where: string, what: string): Endpoint[] {
  const { value } = source
  if (value.kind === 'call') return cacheUrl(source, value)
  if (value.kind !== 'dict') return []
  const backend = entry(value, what)
  const name = (backend ? tellOf(backend, source)?.text : null) ?? ''
  const kind = /redis|valkey/i.test(name) ? 'redis' : /memcache/i.test(name) ? 'memcached' : null
  const location = entry(value, where)
  if (kind === null || !location) return []
  const all = location.kind === 'sequence' ? location.items : [location]
  return all.flatMap(each => placeOf(each, kind, source) ?? [])
}

/** `env.cache()` of django-environ, `env.dj_cache_url()` of environs. */
function cacheUrl(source: Source, call: CallValue): Endpoint[] {
  if (!/(?:^|\.)(?:cache|cache_url|dj_cache_url)$/.test(dotted(call.callee) ?? '')) return []
  const variable = stringOf(argument(call, 0, 'var')) ?? 'CACHE_URL'
  const otherwise = call.keywords.get('default') ?? null
  const parts = otherwise ? urlOf(otherwise, source) : null
  const kind = parts ? kindOfScheme(parts.scheme) : null
  if (!parts || (kind !== 'redis' && kind !== 'memcached')) return []
  const url = { variable, scheme: parts.scheme, required: false }
  return [{ kind, url, ...parts, because: [reason(source.tree, source.file, call.line)] }]
}

function channelLayer(source: Source): Endpoint[] {
  const { value } = source
  const config = value.kind === 'dict' ? entry(value, 'CONFIG') : null
  const backend = value.kind === 'dict' ? entry(value, 'BACKEND') : null
  if (config?.kind !== 'dict' || !/redis/i.test(stringOf(backend) ?? '')) return []
  const hosts = entry(config, 'hosts')
  return hosts?.kind === 'sequence' ? hosts.items.flatMap(each => placeOf(each, 'redis', source) ?? []) : []
}

/** What a place does not say. */
const nothing = { url: null, host: null, port: null, user: null, password: null, database: null }

/** A URL, a `host:port`, or a tuple of both. */
function placeOf(value: Value, kind: 'redis' | 'memcached', reader: Reader): Endpoint | null {
  const because = [reason(reader.tree, reader.file, value.line)]
  if (value.kind === 'sequence') {
    const [host, port] = value.items.map(item => tellOf(item, reader))
    return host ? { ...nothing, kind, host, port: port ?? null, because } : null
  }
  const parts = urlOf(value, reader)
  if (parts) return parts.host ? { kind, url: null, ...parts, because } : null
  const told = tellOf(value, reader)
  const place = told && toldPlace(told, kind)
  return place && { ...nothing, ...place, kind, because }
}

/** Redis's clients are told a URL, those of Memcached `host:port` (Django's documentation of the cache framework, LOCATION). */
function toldPlace({ text, variable, required }: Told, kind: 'redis' | 'memcached'): Partial<Endpoint> | null {
  const known = text === null ? null : readUrl(text)
  const [, host, port = ''] = /^([\w.-]+):(\d+)$/.exec(text ?? '') ?? []
  const address = host === undefined ? null : { host: written(host), port: written(port) }
  if (variable === null) return address
  if (known) return { ...known, url: { variable, scheme: known.scheme, required } }
  if (text !== null && (kind === 'redis' || !address)) return null
  const url = { variable, scheme: null, required, isAddress: kind === 'memcached' }
  return { url, port: address?.port ?? null }
}

function entry(dict: Value & { kind: 'dict' }, key: string): Value | null {
  return dict.entries.find(item => stringOf(item.key) === key)?.value ?? null
}
