import { expect, test } from 'vitest'
import type { Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Tree } from '../../../model/tree.ts'
import { dataPlaces, linkData } from './data.ts'

const plan = (...paths: string[]): Plan =>
  ({ data: paths.map(path => ({ path, kind: 'directory' })) }) as unknown as Plan
const lock = (...paths: string[]): Lock => ({ data: paths.map(path => ({ path, kind: 'file' })) }) as unknown as Lock
const file = (path: string): Tree[number] => ({
  kind: 'file',
  path,
  mode: 0o644,
  size: 0,
  bytes: { data: Buffer.alloc(0) },
})

test('of places in one another the outer one counts, and none leads out of the app', () => {
  const places = dataPlaces(plan('media/', './var', '../x', '/etc', '.'), lock('media/seen.json', 'a.db', 'var'))
  expect(places.map(({ path }) => path)).toEqual(['media', 'var', 'a.db'])
})

test('committed data fills the volume, a link leads to it', () => {
  const tree = [
    file('app/web/app.py'),
    file('app/web/media/a.png'),
    file('app/media/b.png'),
    file('wherry/launch.json'),
  ]
  const moved = linkData(tree, dataPlaces(plan('media'), lock()), 'web')
  expect(moved.map(({ path }) => path)).toEqual([
    'app/web/app.py',
    'wherry/seed/media/a.png',
    'app/media/b.png',
    'wherry/launch.json',
    'app/web/media',
  ])
  expect(moved.at(-1)).toEqual({ kind: 'link', path: 'app/web/media', target: '/data/media' })
})
