import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { ServiceFact } from '../../../model/project.ts'
import { createSourceTree } from '../../../python/source/tree.ts'
import type { Ground } from '../facts/ground.ts'
import { serviceNotRun } from '../notes.ts'
import { readCompose } from './compose.ts'
import { findServices } from './index.ts'
import { readUrl } from './url.ts'

interface Repository {
  readonly files: Readonly<Record<string, string>>
  readonly packages: readonly string[]
  /** Django's settings file makes it a Django app. */
  readonly settings?: string
}

function groundOf({ files, packages, settings }: Repository): Ground {
  const paths = Object.keys(files).sort()
  const checkout = {
    root: '/repo',
    files: paths,
    specials: [],
    submodules: [],
    git: false,
    has: path => path in files,
    hasDirectory: path => paths.some(file => file.startsWith(`${path}/`)),
    children: () => [],
    text: path => files[path] ?? null,
  } satisfies Checkout
  const name = settings === undefined ? 'flask' : 'django'
  const asked = new Set(packages)
  return {
    checkout,
    tree: createSourceTree(checkout),
    root: '',
    app: {
      interface: 'wsgi',
      module: 'app',
      attribute: 'app',
      factory: false,
      script: null,
      path: '',
      omits: [],
      because: [],
    },
    framework: { name, version: null, settings: null, because: [] },
    settingsFile: settings ?? null,
    requires: each => asked.has(each),
  }
}

const find = (repository: Repository): ServiceFact[] => findServices(groundOf(repository)).services

/** `NAME=url(scheme)/database`, in order. */
const told = (services: readonly ServiceFact[], kind: string): string[] =>
  (services.find(service => service.kind === kind)?.variables ?? []).map(
    ({ name, says, scheme, database }) =>
      `${name}=${says}${scheme === null ? '' : `(${scheme})`}${database === null ? '' : `/${database}`}`,
  )

const django = (text: string, packages: readonly string[] = ['django', 'psycopg2-binary', 'redis']): ServiceFact[] =>
  find({ files: { 'shop/settings.py': text }, packages, settings: 'shop/settings.py' })

const app = (text: string, packages: readonly string[], more: Readonly<Record<string, string>> = {}): ServiceFact[] =>
  find({ files: { 'app.py': text, ...more }, packages })

test('Django: parts that variables say', () => {
  const services = django(`import os
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': os.environ.get('DBNAME', 'shop'),
        'HOST': os.environ['DBHOST'],
        'USER': os.getenv('DBUSER') or 'shopkeeper',
        'PASSWORD': os.environ['DBPASS'],
        'PORT': int(os.environ.get('DBPORT', 5433)),
    }
}
`)
  expect(told(services, 'postgres')).toEqual([
    'DBHOST=host',
    'DBPORT=port',
    'DBUSER=user',
    'DBPASS=password',
    'DBNAME=database/shop',
  ])
  expect(services).toMatchObject([
    {
      hosts: [],
      port: 5433,
      user: 'shopkeeper',
      password: null,
      databases: ['shop'],
      because: [{ line: 6 }, { line: 4 }],
    },
  ])
})

test('Django: parts that are written out', () => {
  expect(
    django(`DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'HOST': 'localhost',
 'USER': 'me', 'PASSWORD': 'open sesame'}}`),
  ).toMatchObject([
    { hosts: ['localhost'], port: null, user: 'me', password: 'open sesame', databases: ['shop'], variables: [] },
  ])
})

test('Django: a host that is left out is the socket, without a password', () => {
  expect(django(`DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop'}}`)).toMatchObject([
    { hosts: [''], user: null, password: '' },
  ])
})

test.each([
  ['literal', `DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}`],
  [
    'as the default of a URL',
    `DATABASES = {'default': dj_database_url.config(default=f'sqlite:///{BASE_DIR}/db.sqlite3')}`,
  ],
  [
    'as the default of an engine',
    `DATABASES = {'default': {'ENGINE': os.environ.get('E', 'django.db.backends.sqlite3'), 'HOST': os.environ.get('H')}}`,
  ],
  [
    'before a condition',
    `DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x'}}
if os.getenv('DB') == 'postgres':
    DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.getenv('DB_HOST', '')}}`,
  ],
  [
    'in the other branch',
    `if os.environ.get('DATABASE_URL'):
    DATABASES = {'default': dj_database_url.config()}
else:
    DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x'}}`,
  ],
  ['beside a variable', `DATABASES = {'default': env.db('DATABASE_URL', default='sqlite:///db.sqlite3')}`],
])('Django on SQLite stays there: %s', (_, text) => {
  expect(django(`import os\n${text}\n`)).toEqual([])
})

test.each([
  [`env.db('DATABASE_URL', default='postgres://u:p@db:5432/shop')`, 'DATABASE_URL=url(postgres)/shop'],
  [`env.db()`, 'DATABASE_URL=url(postgresql)'],
  [`dj_database_url.config(env='PG_URL', default='postgresql://localhost/shop')`, 'PG_URL=url(postgresql)/shop'],
  [`dj_database_url.parse(os.environ['DB_URL'])`, 'DB_URL=url(postgresql)'],
])('Django: %s', (text, variable) => {
  expect(told(django(`import os\nDATABASES = {'default': ${text}}\n`), 'postgres')).toEqual([variable])
})

test('Django: caches, channels and Celery', () => {
  const services = django(
    `import os
REDIS_URL = os.getenv("REDIS_URL", "redis://redis:6379/0")
CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': REDIS_URL},
          'pages': {'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache', 'LOCATION': '127.0.0.1:11211'}}
CHANNEL_LAYERS = {'default': {'BACKEND': 'channels_redis.core.RedisChannelLayer', 'CONFIG': {'hosts': [('channels', 6379)]}}}
CELERY_BROKER_URL = REDIS_URL
`,
    ['django', 'redis', 'pymemcache'],
  )
  expect(told(services, 'redis')).toEqual(['REDIS_URL=url(redis)/0'])
  expect(services).toMatchObject([
    { kind: 'memcached', hosts: ['127.0.0.1'], port: 11211 },
    { kind: 'redis', hosts: ['channels'], password: '' },
  ])
})

test('pydantic: fields of a BaseSettings, by their name, prefix or alias, through the classes between', () => {
  const services = app(
    `from base import Base
from pydantic import Field, PostgresDsn
class Settings(Base):
    POSTGRES_SERVER: str
    POSTGRES_USER: str = "fast"
    POSTGRES_PASSWORD: str
    POSTGRES_DB: str = ""
    redis: str = Field("redis://localhost", alias="CACHE_REDIS_URL")
    def url(self):
        return PostgresDsn.build(scheme="postgresql+psycopg", username=self.POSTGRES_USER, password=self.POSTGRES_PASSWORD,
                                 host=self.POSTGRES_SERVER, path=self.POSTGRES_DB)
`,
    ['psycopg', 'redis', 'sqlalchemy'],
    { 'base.py': 'from pydantic_settings import BaseSettings\nclass Base(BaseSettings):\n    pass\n' },
  )
  expect(told(services, 'postgres')).toEqual([
    'POSTGRES_SERVER=host',
    'POSTGRES_USER=user',
    'POSTGRES_PASSWORD=password',
    'POSTGRES_DB=database',
  ])
  expect(told(services, 'redis')).toEqual(['CACHE_REDIS_URL=url(redis)'])
})

test.each([
  [['sqlalchemy', 'asyncpg'], 'postgresql+asyncpg'],
  [['sqlalchemy', 'psycopg2-binary'], 'postgresql'],
  [['sqlalchemy', 'psycopg'], 'postgresql+psycopg'],
  [['asyncpg'], 'postgresql'],
  [['sqlalchemy', 'pymysql'], 'mysql+pymysql'],
  [['sqlalchemy', 'aiomysql', 'pymysql'], 'mysql+aiomysql'],
])('a URL without a default takes the scheme of its driver: %s', (packages, scheme) => {
  const services = app('import os\nURL = os.environ["DATABASE_URL"]\n', packages)
  expect(services.flatMap(({ variables }) => variables.map(variable => variable.scheme))).toEqual([scheme])
})

test('an example environment and a compose file say what a bare variable holds', () => {
  const more = {
    '.env.example': '# comment\nexport DATABASE_URL="postgresql+asyncpg://notes:secret@localhost/notes"\n',
    'docker-compose.yml': `services:
  cache:
    image: redis:7-alpine
  web:
    environment:
      - BROKER=redis://cache:6379/3
`,
  }
  const services = app(
    'import os\nA = os.getenv("DATABASE_URL")\nB = os.getenv("REDIS_URL")\n',
    ['asyncpg', 'redis'],
    more,
  )
  expect(told(services, 'postgres')).toEqual(['DATABASE_URL=url(postgresql+asyncpg)/notes'])
  expect(told(services, 'redis')).toEqual(['REDIS_URL=url'])
  expect(services[0]).toMatchObject({ user: 'notes', because: [{ file: 'app.py' }, { file: '.env.example', line: 2 }] })
})

test('what is put together of parts', () => {
  const parts = `import os
user, host = os.getenv("DB_USER", "u"), os.getenv("DB_HOST", "db")
password = os.getenv("DB_PASSWORD", "p")
host = os.getenv("DB_HOST", "db")
user = os.getenv("DB_USER", "u")
`
  for (const url of [
    'f"mysql+pymysql://{user}:{password}@{host}:3306/shop"',
    '"mysql+pymysql://%s:%s@%s:3306/shop" % (user, password, host)',
    '"mysql+pymysql://{}:{}@{}:3306/shop".format(user, password, host)',
    '"mysql+pymysql://" + user + ":" + password + "@" + host + ":3306/shop"',
    'URL.create("mysql+pymysql", username=user, password=password, host=host, port=3306, database="shop")',
  ]) {
    const services = app(`${parts}engine = create_engine(${url})\n`, ['pymysql', 'sqlalchemy'])
    expect(told(services, 'mysql'), url).toEqual(['DB_HOST=host', 'DB_USER=user', 'DB_PASSWORD=password'])
    expect(services, url).toMatchObject([{ port: 3306, databases: ['shop'], password: null }])
  }
})

test('clients that are called by parts', () => {
  const services = app(
    `import redis, psycopg2
cache = redis.Redis(host="cache", port=6380)
connection = psycopg2.connect(host="db", user="me", password="known", dbname="notes")
`,
    ['redis', 'psycopg2'],
  )
  expect(services).toMatchObject([
    { kind: 'postgres', hosts: ['db'], user: 'me', password: 'known', databases: ['notes'] },
    { kind: 'redis', hosts: ['cache'], port: 6380, password: '' },
  ])
})

test.each([
  ['no driver among the packages', 'import os\nURL = os.environ["DATABASE_URL"]\n', []],
  ['another machine', 'URL = "postgresql://u:p@db.example.com/x"\n', ['psycopg2']],
  ['a test', 'class TestConfig:\n    URL = "postgresql://u:p@localhost/x"\n', ['psycopg2']],
  ['a docstring', 'def f():\n    """postgresql://u:p@localhost/x"""\n', ['psycopg2']],
  ['an optional variable nothing else speaks of', 'import os\nURL = os.environ.get("REDIS_URL")\n', ['redis']],
  ['SQLite otherwise', 'import os\nURL = os.environ.get("DATABASE_URL") or "sqlite:///app.db"\n', ['psycopg2']],
  ['Flask’s own settings', 'url = current_app.config.get("SQLALCHEMY_DATABASE_URI")\n', ['psycopg2']],
  ['a prefix', 'class S(BaseSettings):\n    POSTGRES_PREFIX: str = "postgresql://"\n', ['psycopg2']],
])('nothing is brought for %s', (_, text, packages) => {
  expect(app(text, packages)).toEqual([])
})

test('what can be told counts before what is written for a developer’s machine', () => {
  const text = `import os
class DevelopmentConfig:
    URL = "postgresql://me:me@localhost/dev"
class ProductionConfig:
    URL = os.environ["DATABASE_URL"]
`
  expect(app(text, ['psycopg2'])).toMatchObject([{ hosts: [], password: null, variables: [{ name: 'DATABASE_URL' }] }])
})

test.each([
  ['itself', "DATABASES = DATABASES or {'default': POSTGRES}"],
  ['another that refers to it', "A = B\nB = A\nDATABASES = {'default': A}"],
  ['both ways of another', 'A = B if X else C\nB = A or C\nC = B or A\nDATABASES = A'],
])('Django: a setting that refers to %s ends', (_, text) => {
  const postgres = "POSTGRES = {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop', 'HOST': 'db'}\n"
  expect(django(postgres + text).map(({ hosts }) => hosts)).toEqual(text.includes('POSTGRES') ? [['db']] : [])
})

test('Django: Memcached is told host:port', () => {
  const cache = (location: string): ServiceFact[] =>
    django(
      `import os
CACHES = {'default': {'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache', 'LOCATION': ${location}}}`,
      ['django', 'pymemcache'],
    )
  for (const location of [
    "os.environ['MEMCACHED']",
    "[os.environ.get('MEMCACHED')]",
    "os.environ.get('MEMCACHED', 'cache:11311')",
  ])
    expect(told(cache(location), 'memcached')).toEqual(['MEMCACHED=address'])
  expect(cache("os.environ.get('MEMCACHED', 'cache:11311')")).toMatchObject([{ hosts: [], port: 11311 }])
  expect(cache("os.environ.get('MEMCACHED', 'unix:/run/memcached.sock')")).toEqual([])
})

test('a broker that nobody brings is named', () => {
  const { services, notes } = findServices(
    groundOf({
      files: { 'app.py': 'import os\nB = os.getenv("CELERY_BROKER_URL", "amqp://guest@localhost//")\n' },
      packages: ['redis'],
    }),
  )
  expect(services).toEqual([])
  expect(notes).toMatchObject([{ code: serviceNotRun.entry.code, because: [{ file: 'app.py', line: 2 }] }])
})

test('a URL’s parts come out as they went in', () => {
  const word = fc.string({ minLength: 1, maxLength: 20 }).filter(text => !/[\ue000-\ue03f${}<>]/.test(text))
  fc.assert(
    fc.property(word, word, word, (user, password, database) => {
      const encoded = [user, password, database].map(encodeURIComponent)
      const url = readUrl(`postgresql://${encoded[0]}:${encoded[1]}@db:5432/${encoded[2]}?sslmode=require`)
      expect([url?.user?.text, url?.password?.text, url?.database?.text]).toEqual([user, password, database])
    }),
  )
})

test('no compose file stops the reader', () => {
  const piece = fc.constantFrom(
    'services:',
    'db:',
    'image: postgres',
    '- A=b',
    'environment:',
    '  ',
    '    ',
    '\t',
    '#',
    ':',
    '"',
    '${X:-y}',
  )
  fc.assert(
    fc.property(
      fc.array(
        fc.array(piece).map(parts => parts.join('')),
        { maxLength: 30 },
      ),
      lines => {
        readCompose(['services:', ...lines])
      },
    ),
  )
  const services = readCompose(
    'version: "3"\nservices:\n  db:\n    image: "postgres:16" # pinned\n    environment:\n      POSTGRES_DB: ${DB:-shop}\nvolumes:\n  db:'.split(
      '\n',
    ),
  )
  expect(services).toEqual([
    {
      name: 'db',
      image: { text: 'postgres:16', line: 4 },
      environment: [{ name: 'POSTGRES_DB', text: 'shop', line: 6 }],
    },
  ])
})
