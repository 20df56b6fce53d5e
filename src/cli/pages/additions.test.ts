import { expect, test } from 'vitest'
import { configSchema } from '../../config/schema.ts'
import { additions, dirt, encrypted } from './additions.ts'

test('every escape hatch in use is on the page; what is not used takes no line', () => {
  expect(additions({}, null)).toEqual([])
  const config = configSchema.parse({
    image: {
      base: 'python:3.12-slim',
      packages: ['ffmpeg'],
      exclude: ['docs/'],
      'build-env': { VITE_API: '/api' },
      'allow-secrets': ['a.pem'],
    },
    edge: { nginx: '# comment\nlocation = /old { return 301 /new; }\n' },
    processes: { worker: ['celery', 'worker'] },
    static: { '/media/': 'media' },
    release: { command: false },
    env: { LOG_LEVEL: 'info' },
    secrets: { STRIPE_KEY: { command: ['op', 'read', 'op://shop/key'], for: ['production'] } },
    hooks: { 'before-image': ['make', 'docs'], 'after-release': ['./tell', 'team'] },
  })
  const rows = additions(config, 'wherry.toml')
  expect(rows.map(({ label, text }) => `${label}: ${text}`)).toEqual([
    'base: python:3.12-slim',
    'static: /media/ → nginx · media/',
    'worker: celery worker',
    'release: nothing, whatever was found',
    'env: LOG_LEVEL',
    'packages: + ffmpeg (Debian)',
    'left out: docs/',
    'allowed: a.pem though they look like secrets',
    'build env: VITE_API',
    'secret: STRIPE_KEY from `op read op://shop/key` for production',
    'nginx: + 1 line: location = /old { return 301 /new; }',
    'before-image: make docs',
    'after-release: ./tell team',
  ])
  expect(rows[0]?.because).toMatchObject([{ file: 'wherry.toml' }])
})

test('an encrypted file is told by the environment it is for', () => {
  expect(encrypted(['.wherry/secrets/production.age', '.wherry/secrets/production.recipients', 'a.age'])).toMatchObject(
    [{ text: 'encrypted, for production', because: [{ file: '.wherry/secrets/production.age' }] }],
  )
})

test('a tree that is not as its commit has it is said', () => {
  const source = { commit: '1234567890', remote: null, changed: ['a', 'b', 'c', 'd'] }
  expect(dirt(source)).toMatchObject([{ text: '1234567 and changes that are not in it: a, b, c and more' }])
  expect(dirt({ ...source, changed: [] })).toEqual([])
  expect(dirt(null)).toEqual([])
})
