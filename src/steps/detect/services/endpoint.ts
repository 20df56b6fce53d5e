import type { Because } from '../../../model/because.ts'
import type { ServiceKind } from '../../../model/project.ts'
import type { Told } from './told.ts'

/** One place of the source that says where a service is. */
export interface Endpoint {
  readonly kind: ServiceKind
  /** A variable that holds all of it as a URL; its scheme is what the app's library expects. */
  readonly url: {
    readonly variable: string
    readonly scheme: string | null
    readonly required: boolean
    /** It is `host:port` instead, which clients of Memcached take. */
    readonly isAddress?: boolean
  } | null
  readonly host: Told | null
  readonly port: Told | null
  readonly user: Told | null
  readonly password: Told | null
  readonly database: Told | null
  readonly because: Because
}

/** The kind that a URL's scheme or a Django engine means; `sqlite` and services nobody brings are named, too. */
export type SchemeKind = ServiceKind | 'sqlite' | 'rabbitmq' | 'mongodb' | 'other'

export function kindOfScheme(scheme: string): SchemeKind | null {
  const [dialect = ''] = scheme.toLowerCase().split('+')
  if (/^(?:postgres|postgresql|postgis|pgsql|psql|asyncpg|psycopg\d?|timescalegis)$/.test(dialect)) return 'postgres'
  if (/^(?:mysql|mysql2|mariadb|mysqlgis|aiomysql)$/.test(dialect)) return 'mysql'
  if (/^(?:redis|rediss|valkey|rediscache|redis-cache)$/.test(dialect)) return 'redis'
  if (/^(?:memcached?|pymemcache|pymemcached)$/.test(dialect)) return 'memcached'
  if (/^(?:sqlite3?|aiosqlite|spatialite)$/.test(dialect)) return 'sqlite'
  if (/^(?:amqps?|pyamqp)$/.test(dialect)) return 'rabbitmq'
  if (dialect === 'mongodb') return 'mongodb'
  return /^(?:mssql|oracle|cockroachdb|snowflake|db2|kafka|nats|elasticsearch)$/.test(dialect) ? 'other' : null
}

export function kindOfEngine(engine: string): SchemeKind | null {
  if (/postgres|postgis|psycopg/.test(engine)) return 'postgres'
  if (/mysql|mariadb/.test(engine)) return 'mysql'
  if (/sqlite|spatialite/.test(engine)) return 'sqlite'
  return /^[\w.]+$/.test(engine) ? 'other' : null
}

export function isKind(kind: SchemeKind | null): kind is ServiceKind {
  return kind === 'postgres' || kind === 'mysql' || kind === 'redis' || kind === 'memcached'
}

export function isSql(kind: SchemeKind | null): boolean {
  return kind === 'postgres' || kind === 'mysql'
}
