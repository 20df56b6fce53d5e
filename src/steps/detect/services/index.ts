import type { Note, ServiceFact, ServiceKind } from '../../../model/project.ts'
import type { Ground } from '../facts/ground.ts'
import { serviceNotRun } from '../notes.ts'
import { djangoServices } from './django.ts'
import { hasDriver, onlySql, schemeFor } from './drivers.ts'
import { isKind, isSql, kindOfScheme, type Endpoint } from './endpoint.ts'
import { familiesIn } from './families.ts'
import { readFields } from './fields.ts'
import { readHints, type Hints } from './hints.ts'
import { mergeEndpoints } from './merge.ts'
import { sourceServices, type OtherService, type Variable } from './source.ts'
import { readUrl } from './url.ts'

/**
 * The databases, caches and brokers an app connects to, each with the lines that say so. Careful: a service is one only when the source
 * points to it without being told, or cannot start before it is told; an app that runs on SQLite by itself stays so.
 */
export function findServices(ground: Ground): { readonly services: ServiceFact[]; readonly notes: Note[] } {
  const fields = readFields(ground)
  const source = sourceServices(ground, fields)
  const django = djangoServices(ground, fields.fields)
  const hints = readHints(ground.checkout, ground.root)
  const sqlite = ground.framework?.name === 'django' ? django.sqlite : source.sqlite
  const sql = onlySql(ground) ?? sqlOf([...django.endpoints, ...source.endpoints]) ?? imageOf(hints)
  const named = [...source.variables].flatMap(([name, variable]) => namedUrl(ground, { name, variable, hints, sql }))
  const settings = django.urls.flatMap(({ variable, required, because }) =>
    namedUrl(ground, {
      name: variable,
      variable: { text: null, variable, required, defaulted: false, because },
      hints,
      sql,
    }),
  )
  const isDjango = ground.framework?.name === 'django'
  // Django has one place that says which database it is.
  const written = source.endpoints.filter(({ kind }) => !isDjango || !isSql(kind))
  const known = [...django.endpoints, ...written, ...named, ...settings]
  const families = familiesIn(source.variables, sql).filter(family => isMeant(ground, family, hints, known))
  const all = [...known, ...families].filter(
    each => hasDriver(ground, each.kind) && counts(ground, each, sqlite) && !isElsewhere(each),
  )
  const kinds = [...new Set(all.map(({ kind }) => kind))].sort()
  const hint = (name: string): string | null => hints.values.get(name)?.text ?? null
  const services = kinds.map(kind =>
    mergeEndpoints(
      kind,
      all.filter(each => each.kind === kind),
      hint,
    ),
  )
  const notes = source.others.flatMap(other => notBrought(other, services))
  return { services, notes: notes.filter(({ text }, i) => notes.findIndex(note => note.text === text) === i) }
}

/** Of SQL: with a database of its own in a file, the app uses another only where it is pointed at it without being told. */
function counts(ground: Ground, { kind, url, host }: Endpoint, sqlite: boolean): boolean {
  if (!isSql(kind) || !sqlite) return true
  return ground.framework?.name !== 'django' && url !== null && host !== null
}

/** Another machine's name, or none at all: that one is meant, not one of ours. Compose files call theirs by one word. */
function isElsewhere({ host }: Endpoint): boolean {
  const name = host?.text ?? ''
  return !/^(?:|[A-Za-z0-9_][A-Za-z0-9_-]{0,62}|127\.[\d.]{5,11}|0\.0\.0\.0|::1|host\.docker\.internal)$/.test(name)
}

function sqlOf(endpoints: readonly Endpoint[]): ServiceKind | null {
  const kinds = new Set(endpoints.map(({ kind }) => kind).filter(isSql))
  return kinds.size === 1 ? ([...kinds][0] ?? null) : null
}

function imageOf({ images }: Hints): ServiceKind | null {
  const kinds = new Set(images.map(({ kind }) => kind).filter(isSql))
  return kinds.size === 1 ? ([...kinds][0] ?? null) : null
}

const sqlName =
  /^(?:[A-Z0-9]+_)*(?:DATABASE|DB|SQLALCHEMY|SQLALCHEMY_DATABASE|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|SQL)_?(?:CONNECTION_?)?(?:URL|URI|DSN|STRING)$/
const redisName = /^(?:[A-Z0-9]+_)*(?:REDIS|VALKEY)(?:_[A-Z]+)*_?(?:URL|URI|DSN)$/
const brokerName = /^(?:[A-Z0-9]+_)*(?:BROKER|RESULT_BACKEND|CELERY_BACKEND)(?:_(?:URL|URI))?$/

interface Named {
  readonly name: string
  readonly variable: Variable
  readonly hints: Hints
  readonly sql: ServiceKind | null
}

/** A variable without a default that by its name, and what the repository's examples put into it, holds the URL of a service. */
function namedUrl(ground: Ground, { name, variable, hints, sql }: Named): Endpoint[] {
  const upper = name.toUpperCase()
  if (variable.text || variable.defaulted || /TEST|TLS|SSL/.test(upper)) return []
  const hint = hints.values.get(name)
  const example = hint ? readUrl(hint.text) : null
  const shown = example ? kindOfScheme(example.scheme) : null
  const byName = sqlName.test(upper)
    ? sqlKind(upper, sql)
    : redisName.test(upper) || brokerName.test(upper)
      ? 'redis'
      : null
  const kind = isKind(shown) ? shown : shown === null ? byName : null
  if (kind === null) return []
  // What may be left out is left out, unless the repository shows that the service belongs to it.
  const isMain =
    /^(?:CELERY_BROKER_URL|CELERY_RESULT_BACKEND|BROKER_URL|REDIS_URL|DATABASE_URL|SQLALCHEMY_DATABASE_URI)$/.test(
      upper,
    )
  if (!variable.required && !isKind(shown) && !isMain) return []
  if (!variable.required && !isKind(shown) && !hints.images.some(image => image.kind === kind)) return []
  const scheme = isKind(shown) && example ? example.scheme : schemeFor(ground, kind)
  const because = [...variable.because, ...(hint ? [hint.because] : [])]
  const nothing = { host: null, port: null, user: null, password: null }
  const database = example?.database ?? null
  return [
    {
      kind,
      url: { variable: name, scheme, required: variable.required },
      ...nothing,
      user: example?.user ?? null,
      database,
      because,
    },
  ]
}

function sqlKind(name: string, sql: ServiceKind | null): ServiceKind | null {
  if (/POSTGRES|(?:^|_)PG/.test(name)) return 'postgres'
  return /MYSQL|MARIADB/.test(name) ? 'mysql' : sql
}

/** A host without a default is none to go by, unless it is needed, or the repository shows the service beside the app. */
function isMeant(ground: Ground, { kind, host }: Endpoint, hints: Hints, known: readonly Endpoint[]): boolean {
  // Django's dictionary says which variables count.
  if (isSql(kind) && ground.framework?.name === 'django') return false
  if (known.some(each => each.kind === kind && host?.variable != null && each.host?.variable === host.variable))
    return true
  if (isSql(kind) && known.some(each => each.kind === kind && each.url === null)) return false
  if (host?.text || host?.required) return true
  return hints.images.some(image => image.kind === kind)
}

const titles: Readonly<Record<string, string>> = { rabbitmq: 'RabbitMQ', mongodb: 'MongoDB', other: 'A database' }

function notBrought({ kind, variable, because }: OtherService, services: readonly ServiceFact[]): Note[] {
  if (variable === null || services.some(({ variables }) => variables.some(({ name }) => name === variable))) return []
  const text = `${titles[kind] ?? kind} is not run for the app: give it an own one with \`--env ${variable}=…\``
  return [serviceNotRun(text, because)]
}
