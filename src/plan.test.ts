import { expect, test } from 'vitest'
import type { Project } from './model/project.ts'
import { makePlan, makePlans } from './plan.ts'

const because = [{ file: 'app.py', line: 1, text: 'app = Flask(__name__)' }]
const project: Project = {
  name: 'shop',
  root: '.',
  python: { version: '3.13', alternatives: [], because },
  packages: { manager: 'pip', lock: null, manifest: 'requirements.txt', because },
  framework: { name: 'flask', version: null, settings: null, because },
  app: {
    interface: 'wsgi',
    module: 'app',
    attribute: 'app',
    factory: false,
    script: null,
    path: '',
    omits: [],
    because,
  },
  server: { name: 'gunicorn', declared: false, because },
  statics: [{ url: '/static/', directory: 'static', collected: false, because }],
  frontEnds: [],
  processes: [
    { name: 'web', command: null, because },
    { name: 'release', command: ['flask', 'seed'], because },
    { name: 'worker', command: ['rq', 'worker'], because },
  ],
  migrations: { tool: 'alembic', command: ['alembic', 'upgrade', 'head'], because },
  tests: null,
  systemLibraries: [],
  data: [{ path: 'app.db', kind: 'sqlite', because }],
  secrets: [{ name: 'SECRET_KEY', required: true, because }],
  services: [],
  notes: [],
}

test('the facts decide what nobody configured', () => {
  const plan = makePlan(project, {})
  expect(plan.image.base).toEqual({ kind: 'debian', suite: 'trixie', python: '3.13' })
  expect(plan.image.serve).toMatchObject({ server: 'gunicorn', addServer: true, module: 'app' })
  expect(plan.processes).toEqual({ web: null, worker: ['rq', 'worker'] })
  expect(plan.release).toMatchObject({ command: ['flask', 'seed'], startTimeout: 120, drain: 30, keep: 5 })
  expect(plan.data).toEqual([{ path: 'app.db', kind: 'sqlite' }])
})

test('the config decides over the facts', () => {
  const plan = makePlan(project, {
    name: 'store',
    static: { '/static': 'dist', '/media/': 'media' },
    data: ['app.db', 'uploads/'],
    release: { command: false, drain: 5 },
    edge: { 'max-body': '1g' },
    workers: { memory: '1g', max: 2 },
  })
  expect(plan.image.serve.workers).toEqual({ memory: 1024 ** 3, max: 2, threads: null })
  expect(plan.name).toBe('store')
  expect(plan.edge).toMatchObject({
    maxBody: '1g',
    extra: null,
    statics: [
      { url: '/static/', directory: 'dist' },
      { url: '/media/', directory: 'media' },
    ],
  })
  expect(plan.release).toMatchObject({ command: null, drain: 5 })
  expect(plan.data.map(({ path }) => path)).toEqual(['app.db', 'uploads'])
})

test('services are those found, or those the config names', () => {
  const redis = {
    kind: 'redis',
    hosts: ['cache'],
    port: null,
    user: null,
    password: '',
    databases: [],
    variables: [],
  } as const
  const found = { ...project, services: [{ ...redis, because }] }
  expect(makePlan(found, {}).services).toEqual([redis])
  expect(makePlan(found, { services: false }).services).toEqual([])
  expect(makePlan(found, { services: ['postgres', 'redis'] }).services).toMatchObject([
    { kind: 'postgres', password: null, variables: [{ name: 'DATABASE_URL', says: 'url' }] },
    redis,
  ])
})

test('the same facts and config give the same plan, which JSON can carry', () => {
  expect(JSON.parse(JSON.stringify(makePlan(project, {})))).toEqual(makePlan(project, {}))
})

test('what cannot be made is refused by its own name', () => {
  const wish = (change: Partial<Project>) => () => makePlan({ ...project, ...change }, {})
  const older = { ...project, python: { version: '3.12', alternatives: [], because } }
  expect(() => makePlan(older, { image: { base: 'debian' } })).toThrow(
    expect.objectContaining({ code: 'unsupported-python' }),
  )
  expect(wish({ packages: { manager: 'none', lock: null, manifest: null, because: [] } })).toThrow(
    expect.objectContaining({ code: 'nothing-to-install' }),
  )
  expect(wish({ packages: { manager: 'conda', lock: null, manifest: 'environment.yml', because } })).toThrow(
    expect.objectContaining({ code: 'conda-environment' }),
  )
})

test('every Python that is allowed has a plan, the preferred one first', () => {
  const python = { version: '3.13', alternatives: ['3.11'], because }
  expect(makePlans({ ...project, python }, {}).map(({ image }) => image.base)).toMatchObject([
    { suite: 'trixie' },
    { suite: 'bookworm' },
  ])
})

test('a Python that no Debian suite carries stands on its official image, any Python on the image that is named', () => {
  const on = (version: string, base?: string) =>
    makePlan({ ...project, python: { version, alternatives: [], because } }, base ? { image: { base } } : {}).image.base
  expect(on('3.12')).toEqual({ kind: 'image', reference: 'python:3.12-slim', python: '3.12' })
  expect(on('3.14')).toEqual({ kind: 'image', reference: 'python:3.14-slim', python: '3.14' })
  expect(on('3.13')).toMatchObject({ kind: 'debian', suite: 'trixie' })
  expect(on('3.13', 'r.example/base:1')).toEqual({ kind: 'image', reference: 'r.example/base:1', python: '3.13' })
})
