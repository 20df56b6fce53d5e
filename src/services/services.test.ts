import fc from 'fast-check'
import { expect, test } from 'vitest'
import { majorOf } from './image.ts'
import { services } from './index.ts'
import type { Access, Template } from './service.ts'
import { tell, tellNothing } from './tell.ts'

const access: Access = { user: 'shop', password: { secret: 'PASSWORD' }, databases: ['shop'] }
const place = { address: '127.9.8.7', port: 5433, access }
const seat = { ...place, major: '17', find: ([path = '']: readonly string[]) => path }

/** As the host fills it, for a password that needs no escapes. */
const filled = (template: Template): string => template.map(part => (typeof part === 'string' ? part : 'pw')).join('')

test('a variable is told in the scheme of its library', () => {
  const variables = [
    { name: 'DATABASE_URL', says: 'url', scheme: 'postgresql+asyncpg', database: null },
    { name: 'OTHER_URL', says: 'url', scheme: null, database: 'other' },
    { name: 'DB_HOST', says: 'host', scheme: null, database: null },
    { name: 'DB_PORT', says: 'port', scheme: null, database: null },
    { name: 'DB_USER', says: 'user', scheme: null, database: null },
    { name: 'DB_PASSWORD', says: 'password', scheme: null, database: null },
    { name: 'DB_NAME', says: 'database', scheme: null, database: null },
  ] as const
  const told = tell({ kind: 'postgres', variables }, place)
  expect(Object.fromEntries(Object.entries(told).map(([name, template]) => [name, filled(template)]))).toEqual({
    DATABASE_URL: 'postgresql+asyncpg://shop:pw@127.9.8.7:5433/shop',
    OTHER_URL: 'postgresql://shop:pw@127.9.8.7:5433/other',
    DB_HOST: '127.9.8.7',
    DB_PORT: '5433',
    DB_USER: 'shop',
    DB_PASSWORD: 'pw',
    DB_NAME: 'shop',
  })
})

test('Redis is told with its password, or without one', () => {
  const variables = [{ name: 'REDIS_URL', says: 'url', scheme: 'redis', database: '1' }] as const
  expect(filled(tell({ kind: 'redis', variables }, place)['REDIS_URL']!)).toBe('redis://:pw@127.9.8.7:5433/1')
  const open = { ...place, access: { ...access, password: null } }
  expect(filled(tell({ kind: 'redis', variables }, open)['REDIS_URL']!)).toBe('redis://127.9.8.7:5433/1')
})

test('where no service runs, an app is told values of the same form', () => {
  const variables = [
    { name: 'DATABASE_URL', says: 'url', scheme: 'postgres', database: null },
    { name: 'DB_PORT', says: 'port', scheme: null, database: null },
  ] as const
  expect(tellNothing([{ kind: 'postgres', variables }])).toEqual({
    DATABASE_URL: 'postgres://app:thrown-away@127.0.0.1:5432/app',
    DB_PORT: '5432',
  })
})

test('a URL gives back what went into it', () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter(text => text.isWellFormed())
  fc.assert(
    fc.property(word, word, word, (user, text, database) => {
      const given = { ...place, access: { user, password: { text }, databases: [database] } }
      const variables = [{ name: 'URL', says: 'url', scheme: null, database: null }] as const
      const url = new URL(filled(tell({ kind: 'postgres', variables }, given)['URL']!))
      expect([url.username, url.password].map(decodeURIComponent)).toEqual([user, text])
      // A WHATWG URL would fold a path of dots away; a client splits it at its first slash.
      if (!/^\.+$/.test(database)) expect(decodeURIComponent(url.pathname.slice(1))).toBe(database)
    }),
  )
})

test('no argv holds a password, whether it is a secret or a word of the source', () => {
  for (const password of [{ secret: 'THE_SECRET' }, { text: 'THE_SECRET' }]) {
    for (const service of Object.values(services)) {
      const programs = service.run({ ...seat, access: { ...access, password } })
      const argvs = [programs.start, programs.initialise, programs.prepare]
      expect(JSON.stringify(argvs)).not.toContain('THE_SECRET')
    }
  }
})

test('what stands between quotes cannot leave them', () => {
  const text = `a'b"c\\d`
  const inputs = (kind: 'postgres' | 'mysql'): string =>
    filled(services[kind].run({ ...seat, access: { ...access, password: { text } } }).inputs.prepare!)
  expect(inputs('postgres')).toContain(`'a''b"c\\d'`)
  expect(inputs('mysql')).toContain(`'a''b"c\\\\d'`)
  const redis = services.redis.run({ ...seat, access: { ...access, password: { text } } })
  expect(filled(redis.files['redis.conf']!)).toContain(`requirepass "a'b\\"c\\\\d"`)
})

test('PostgreSQL is the newest of its suite, without what only its cluster tools and its compiler need', () => {
  const { ask, omit } = services.postgres.packages(['postgresql-15', 'postgresql-17', 'postgresql-common', 'libllvm19'])
  expect(ask).toEqual(['postgresql-17'])
  expect(omit).toEqual(expect.arrayContaining(['libllvm19', 'locales', 'ssl-cert']))
})

test('the major version is told by the package', () => {
  expect(majorOf(services.postgres, [{ name: 'postgresql-17', version: '17.12-0+deb13u1' }])).toBe('17')
  expect(majorOf(services.mysql, [{ name: 'mariadb-server-core', version: '1:11.8.9-0+deb13u1' }])).toBe('11')
  expect(majorOf(services.redis, [{ name: 'redis-server', version: '5:8.0.2-3' }])).toBe('8')
})
