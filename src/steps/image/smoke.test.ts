import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../test/support/repository.ts'
import { openCache } from '../../kit/cache.ts'
import type { Plan } from '../../model/plan.ts'
import type { Inside } from './inside.ts'
import { describeWrites, listWrites, startForOnce, type Smoke } from './smoke.ts'

const made: string[] = []
afterEach(() => {
  for (const root of made.splice(0)) removeRepository(root)
})

function directory(files: Files): string {
  const root = makeRepository(files)
  made.push(root)
  return root
}

const writes = (written: Files, image: Files): ReturnType<typeof listWrites> =>
  listWrites({ directory: directory(written), below: [directory(image)], path: '' })

test('a directory that the image lacks is one place, whatever its files are called', () => {
  expect(writes({ 'uploads/8f1.png': '', 'uploads/a/b.png': '' }, { 'app.py': '' })).toEqual([
    { path: 'uploads', kind: 'directory' },
  ])
})

test('databases are places of their own: they are copied in another way', () => {
  expect(writes({ 'instance/notes.db': '' }, {})).toEqual([{ path: 'instance/notes.db', kind: 'sqlite' }])
  expect(writes({ 'var/a.sqlite3': '', 'var/x.json': '' }, {})).toEqual([{ path: 'var', kind: 'directory' }])
})

test('in a directory of the image only the file is a place', () => {
  expect(writes({ 'data/seen.json': '' }, { 'data/given.json': '' })).toEqual([
    { path: 'data/seen.json', kind: 'file' },
  ])
})

test('what comes and goes with the process is no data', () => {
  const passing = {
    '__pycache__/a.cpython-313.pyc': '',
    'x.db-wal': '',
    'x.db-journal': '',
    'app.pid': '',
    'a.pyc': '',
  }
  expect(writes(passing, {})).toEqual([])
})

/** An app whose start ends as `end` has it. */
function start(end: () => Promise<never>, signal?: AbortSignal): ReturnType<typeof startForOnce> {
  const plan = { root: '.', secrets: [], services: [], env: {}, image: { buildEnv: {} } } as unknown as Plan
  const inside: Inside = { layers: [], sharesFiles: true, run: end }
  const smoke = { inside, env: {}, config: { entrypoint: [], env: {} } } as unknown as Smoke
  const tools = { cache: openCache(directory({})), report: () => {}, ...(signal ? { signal } : {}) }
  return startForOnce(plan, smoke, tools)
}

test('a start that was interrupted tells nothing of where the app writes', async () => {
  const cancel = new AbortController()
  const end = async (): Promise<never> => {
    cancel.abort()
    throw new Error('killed')
  }
  await expect(start(end, cancel.signal)).rejects.toMatchObject({ name: 'AbortError' })
  expect(await start(() => Promise.reject(new Error('no engine')))).toEqual({ data: [], loaded: null })
})

test('of an app that did not start it is not said that it writes nothing', () => {
  const waits = { ok: false, error: '', kinds: [], message: '', module: null, trace: '', waits: 'db.py:3' }
  expect(describeWrites({ data: [], loaded: waits })).toContain('was not seen')
  expect(describeWrites({ data: [], loaded: { ...waits, ok: true } })).toContain('writes nothing')
  expect(describeWrites({ data: [{ path: 'a.db', kind: 'sqlite' }], loaded: waits })).toBe('the app writes a.db')
})
