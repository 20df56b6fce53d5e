import { argument, dotted, type CallValue, type Value } from '../../../python/source/value.ts'
import type { ServiceKind } from '../../../model/project.ts'
import type { Endpoint } from './endpoint.ts'
import { type Reader, tellOf, type Told, written } from './told.ts'

/** Calls that connect to a service by parts: which kind, and what their arguments are called. */
interface Client {
  readonly callee: RegExp
  readonly kind: ServiceKind
  readonly host: readonly string[]
  readonly database: readonly string[]
  /** Where the host stands without a name; -1 for nowhere. */
  readonly position: number
}

const clients: readonly Client[] = [
  {
    callee: /(?:^|\.)(?:Redis|StrictRedis|ConnectionPool|BlockingConnectionPool|RedisSettings|Valkey|FakeStrictRedis)$/,
    kind: 'redis',
    host: ['host'],
    database: ['db', 'database'],
    position: 0,
  },
  {
    callee: /^(?:psycopg2?|asyncpg|aiopg)\.(?:\w+\.)?(?:connect|create_pool)$|(?:^|\.)\w*Postgresql\w*Database$/,
    kind: 'postgres',
    host: ['host'],
    database: ['dbname', 'database'],
    position: -1,
  },
  {
    callee:
      /^(?:pymysql|MySQLdb|aiomysql|asyncmy|mysql\.connector)\.(?:connect|create_pool)$|(?:^|\.)\w*MySQL\w*Database$/,
    kind: 'mysql',
    host: ['host', 'unix_socket'],
    database: ['database', 'db'],
    position: 0,
  },
]

/** Where a call connects to; null for another call, and for one whose host nobody can tell. */
export function clientOf(call: CallValue, reader: Reader): Omit<Endpoint, 'because'> | null {
  const callee = dotted(call.callee)
  const client = callee === null ? undefined : clients.find(each => each.callee.test(callee))
  if (!client || call.args.some(({ kind }) => kind === 'star')) return null
  const get = (names: readonly string[]): Value | null =>
    names.map(name => call.keywords.get(name)).find(value => value !== undefined) ?? null
  const tell = (value: Value | null): Told | null => (value ? tellOf(value, reader) : null)
  const isPeewee = callee?.endsWith('Database') ?? false
  const host = get(client.host) ?? (client.position >= 0 && !isPeewee ? argument(call, client.position) : null)
  const known = host ? tell(host) : usualHost(client.kind, call)
  if (known === null) return null
  return {
    kind: client.kind,
    url: null,
    host: known,
    port: tell(get(['port'])),
    user: tell(get(['user', 'username'])),
    password: tell(get(['password', 'passwd'])),
    database: tell(get(client.database) ?? (isPeewee ? argument(call, 0) : null)),
  }
}

/** Redis is looked for here when no host is given; the databases by their socket, as long as there is any other argument. */
function usualHost(kind: ServiceKind, { args, keywords }: CallValue): Told | null {
  if (
    keywords.has('connection_pool') ||
    keywords.has('dsn') ||
    keywords.has('url') ||
    [...keywords.keys()].some(key => key.startsWith('**'))
  )
    return null
  if (kind === 'redis') return args.length === 0 ? written('localhost') : null
  return args.length === 0 && keywords.has('user') ? written('') : null
}
