import type { Endpoint } from './endpoint.ts'
import type { ServiceKind } from '../../../model/project.ts'
import type { Variable } from './source.ts'

/** Variables that say the parts of one place by their names: `DB_HOST`, `DB_PORT`, `POSTGRES_SERVER`, `PGUSER`. */

type Part = 'host' | 'port' | 'user' | 'password' | 'database'

const parts: readonly (readonly [Part, RegExp])[] = [
  ['host', /^(.*?)_?(?:HOST(?:_?NAME)?|SERVER|ADDR(?:ESS)?|HOST_URL)$/],
  ['port', /^(.*?)_?PORT$/],
  ['password', /^(.*?)_?(?:PASS(?:WORD|WD|WRD)?|PWD)$/],
  ['user', /^(.*?)_?(?:USER(?:_?NAME)?)$/],
  ['database', /^(.*?)_?(?:(?:DB|DATABASE)_?NAME|NAME|DATABASE|DB)$/],
]

const word =
  /(?:^|_)(POSTGRES(?:QL)?|PG|PSQL|MYSQL|MARIADB|REDIS|VALKEY|MEMCACHED?|DB|DATABASE|SQL|RDS)(?:$|_(?:DB|DATABASE|SERVER|MASTER|PRIMARY|MAIN|CACHE|BROKER)$)/

const kinds: Readonly<Record<string, ServiceKind>> = {
  POSTGRES: 'postgres',
  POSTGRESQL: 'postgres',
  PG: 'postgres',
  PSQL: 'postgres',
  MYSQL: 'mysql',
  MARIADB: 'mysql',
  REDIS: 'redis',
  VALKEY: 'redis',
  MEMCACHE: 'memcached',
  MEMCACHED: 'memcached',
}

/** Parts with a host become places; of those that only say "database", `sql` says the kind. */
export function familiesIn(variables: ReadonlyMap<string, Variable>, sql: ServiceKind | null): Endpoint[] {
  const families = new Map<string, Partial<Record<Part, Variable>>>()
  for (const [name, variable] of variables) {
    const found = partOf(name.toUpperCase())
    if (found) families.set(found.stem, { ...families.get(found.stem), [found.part]: variable })
  }
  return [...families].flatMap(([stem, family]) => {
    const kind = kinds[word.exec(stem)?.[1] ?? ''] ?? sql
    const { host = null, port = null, user = null, password = null, database = null } = family
    if (kind === null || host === null || isDecidedElsewhere(family)) return []
    return [{ kind, url: null, host, port, user, password, database, because: host.because }]
  })
}

function partOf(name: string): { readonly stem: string; readonly part: Part } | null {
  if (/TEST|ROOT|READ_?ONLY|REPLICA/.test(name)) return null
  for (const [part, pattern] of parts) {
    const stem = pattern.exec(name)?.[1]
    if (stem !== undefined && word.test(stem)) return { stem, part }
  }
  return null
}

/** `DB_HOST` that is a whole URL, or a path. */
function isDecidedElsewhere({ host }: Partial<Record<Part, Variable>>): boolean {
  return /[/\s]/.test(host?.text ?? '')
}
