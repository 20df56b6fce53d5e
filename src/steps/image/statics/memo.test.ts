import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCache } from '../../../kit/cache.ts'
import type { Tree } from '../../../model/tree.ts'
import type { Tools } from '../tools.ts'
import type { Collected } from './collect.ts'
import { rememberStatics } from './memo.ts'

let root: string
let tools: Tools
let runs: number
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'memo-'))
  tools = { cache: openCache(root), report: () => {} }
  runs = 0
})
afterEach(() => rmSync(root, { recursive: true }))

type App = Readonly<Record<string, string>>

/** A run that reads settings.py, then each source it names, and writes what it read: `import NAME` lines are followed. */
async function outcome(app: App, traced = true): Promise<string> {
  const tree = Object.entries(app).map(([path, text]): Tree[number] => {
    const data = Buffer.from(text)
    return { kind: 'file', path: `app/${path}`, mode: 0o644, size: data.length, bytes: { data } }
  })
  const { files } = await rememberStatics(tree, 'base', tools, async take => {
    runs += 1
    const seen = follow(app)
    const directory = join(await tools.cache.scratch(), 'static')
    await mkdir(directory)
    const styles = Object.keys(app).filter(path => !path.endsWith('.py'))
    await writeFile(join(directory, 'all'), JSON.stringify([...seen, ...styles].map(path => [path, app[path]])))
    await take(directory)
    const reads = [...seen].map(path => `/app/__pycache__/${path.replace('.py', '.cpython-313.pyc')}`)
    return { url: '/static/', root: '/app/static', reads, traced } satisfies Collected
  })
  return readFile(join(files ?? '', 'all'), 'utf8')
}

function follow(app: App): Set<string> {
  const seen = new Set<string>()
  const visit = (path: string): void => {
    const text = app[path]
    if (text === undefined || seen.has(path)) return
    seen.add(path)
    for (const [, name] of text.matchAll(/import (\w+)/g)) visit(`${name}.py`)
  }
  visit('settings.py')
  return seen
}

const app = { 'settings.py': 'import models', 'models.py': 'a', 'views.py': 'b', 'style.css': 'c' }

test('a changed source that is never opened costs nothing; all else is looked at again', async () => {
  const first = await outcome(app)
  expect(await outcome({ ...app, 'views.py': 'changed' })).toBe(first)
  expect(runs).toBe(1)
  for (const path of ['models.py', 'settings.py', 'style.css'] as const) {
    const before = runs
    expect(await outcome({ ...app, [path]: 'changed' })).toContain('changed')
    expect(runs).toBe(before + 1)
  }
  const before = runs
  await outcome({ ...app, 'new.py': '' })
  expect(runs).toBe(before + 1)
})

test('where another program was started, every source counts', async () => {
  await outcome(app, false)
  await outcome({ ...app, 'views.py': 'changed' }, false)
  expect(runs).toBe(2)
})

test('whatever changes in whatever order, the outcome is that of a run on the same files', async () => {
  const text = fc.constantFrom('', 'import models', 'import views', 'import models import views import forms', 'x', 'y')
  const some = fc.record({ 'settings.py': text, 'models.py': text, 'views.py': text, 'forms.py': text, 'a.css': text })
  await fc.assert(
    fc.asyncProperty(fc.array(some, { minLength: 2, maxLength: 6 }), async apps => {
      for (const one of apps) {
        const expected = [...follow(one), 'a.css'].map(path => [path, one[path as keyof typeof one]])
        expect(JSON.parse(await outcome(one))).toEqual(expected)
      }
    }),
    { numRuns: 30 },
  )
})
