import type { ServiceKind } from '../../../model/project.ts'
import type { Ground } from '../facts/ground.ts'

/** The client libraries among an app's packages: which databases it can talk to, and in which scheme its URLs are. */

const drivers: Readonly<Record<ServiceKind, readonly string[]>> = {
  postgres: [
    'psycopg',
    'psycopg2',
    'psycopg2-binary',
    'psycopg-binary',
    'psycopg-c',
    'asyncpg',
    'aiopg',
    'pg8000',
    'psycopg2cffi',
  ],
  mysql: ['mysqlclient', 'pymysql', 'aiomysql', 'asyncmy', 'mysql-connector-python', 'mysql-connector'],
  redis: ['redis', 'aioredis', 'django-redis', 'flask-redis', 'rq', 'arq', 'channels-redis', 'valkey', 'coredis'],
  memcached: ['pymemcache', 'python-memcached', 'pylibmc', 'aiomcache'],
}

export function hasDriver(ground: Ground, kind: ServiceKind): boolean {
  return drivers[kind].some(name => ground.requires(name))
}

/** The one SQL database the app has a driver for; null when it has none, or both. */
export function onlySql(ground: Ground): 'postgres' | 'mysql' | null {
  const [postgres, mysql] = [hasDriver(ground, 'postgres'), hasDriver(ground, 'mysql')]
  return postgres === mysql ? null : postgres ? 'postgres' : 'mysql'
}

/** The scheme an app expects of a URL that has no default: SQLAlchemy's names the driver, unless the app puts it in itself. */
export function schemeFor(ground: Ground, kind: ServiceKind): string | null {
  if (kind !== 'postgres' && kind !== 'mysql') return null
  const plain = kind === 'postgres' ? 'postgresql' : 'mysql'
  const uses = ground.requires('sqlalchemy') || ground.requires('flask-sqlalchemy') || ground.requires('sqlmodel')
  if (!uses || ground.framework?.name === 'django') return plain
  const rewrites = ground.tree.files.some(file =>
    /\.replace\(\s*f?["'](?:postgres(?:ql)?|mysql):/.test(ground.tree.text(file)),
  )
  if (rewrites) return plain
  const has = (...names: string[]): boolean => names.some(name => ground.requires(name))
  if (kind === 'postgres') {
    if (has('psycopg2', 'psycopg2-binary')) return has('asyncpg') && isAsync(ground) ? 'postgresql+asyncpg' : plain
    return has('asyncpg') ? 'postgresql+asyncpg' : has('psycopg', 'psycopg-binary') ? 'postgresql+psycopg' : plain
  }
  const choice = ['aiomysql', 'asyncmy', 'pymysql', 'mysqlconnector'].find(name =>
    has(name === 'mysqlconnector' ? 'mysql-connector-python' : name),
  )
  return choice === undefined || has('mysqlclient') ? plain : `mysql+${choice}`
}

function isAsync({ tree }: Ground): boolean {
  return tree.files.some(file => tree.text(file).includes('create_async_engine('))
}
