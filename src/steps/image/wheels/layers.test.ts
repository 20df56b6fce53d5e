import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWheel, type WheelParts } from '../../../../test/support/make-wheel.ts'
import { openCache } from '../../../kit/cache.ts'
import type { Tools } from '../tools.ts'
import { groupWheels, wheelParts } from './layers.ts'
import { placeWheels, type PlacedWheel } from './place.ts'

let root: string
let tools: Tools
let told: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wheels-'))
  told = []
  tools = { cache: openCache(join(root, 'cache')), report: ({ text }) => told.push(text) }
})
afterEach(() => rmSync(root, { recursive: true }))

const place = { prefix: 'venv', minor: '3.13' }

async function placed(...parts: WheelParts[]): Promise<PlacedWheel[]> {
  const files = await Promise.all(
    parts.map(async part => {
      const bytes = makeWheel(part)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const { name = 'demo', version = '1.0' } = part
      const file = `${name}-${version}-py3-none-any.whl`
      const path = join(root, sha256)
      await writeFile(path, bytes)
      const distribution = { name, version, file, url: 'https://x.example/', size: null, sha256 }
      return { distribution, path, file, sha256, origin: sha256 }
    }),
  )
  return placeWheels(files, place, tools)
}

const shared = (content: string) => ({ name: 'shared/x.py', content })
const compile = async (all: readonly object[]) => all.map(() => ({ tree: [], skipped: [] }))

test('a wheel has another key where a later one takes other files of it', async () => {
  const loser = { name: 'aa', members: [shared('1'), { name: 'shared/y.py', content: '1' }] }
  const [alone] = await placed(loser)
  const [takenX] = await placed(loser, { name: 'bb', members: [shared('2')] })
  const [takenY] = await placed(loser, { name: 'bb', members: [{ name: 'shared/y.py', content: '2' }] })
  expect(new Set([alone?.key, takenX?.key, takenY?.key]).size).toBe(3)
  expect(told).toEqual(
    ['shared/x.py', 'shared/y.py'].map(path => expect.stringContaining(`${path} is in two packages`)),
  )
})

test('large wheels have layers of their own, in an order that nothing else changes', async () => {
  const big = { name: 'data.bin', content: Buffer.alloc(2_500_000) }
  const wheels = await placed({ name: 'zz', members: [big] }, { name: 'small' }, { name: 'other' })
  const more = await placed({ name: 'aa', members: [{ ...big, name: 'other.bin' }] }, { name: 'zz', members: [big] })
  const names = (all: readonly PlacedWheel[]): string[][] =>
    groupWheels(all).map(group => group.map(({ distribution }) => distribution.name))
  expect(names(wheels)).toEqual([['zz'], ['other', 'small']])
  expect(names(more)).toEqual([['aa'], ['zz']])
})

test('an environment that was made before is not installed to be known', async () => {
  let installs = 0
  const install = async (): Promise<PlacedWheel[]> => {
    installs += 1
    return placed({ name: 'aa' }, { name: 'bb' })
  }
  const first = await wheelParts({ key: 'k', place, python: 'p', compile, install }, tools)
  const again = await wheelParts({ key: 'k', place, python: 'p', compile, install }, tools)
  expect(installs).toBe(1)
  expect(again.map(({ what, key }) => [what, key])).toEqual(first.map(({ what, key }) => [what, key]))
  expect(first.map(({ what }) => what)).toEqual(['wheels: aa and bb'])
  const [part] = again
  const tree = typeof part?.tree === 'function' ? await part.tree() : []
  expect(tree.map(({ path }) => path)).toContain('venv/lib/python3.13/site-packages/aa/__init__.py')
})

test('another build of Python makes other layers', async () => {
  const install = async (): Promise<PlacedWheel[]> => placed({ name: 'aa' })
  const keys = await Promise.all(
    ['p', 'q'].map(async python => (await wheelParts({ key: 'k', place, python, compile, install }, tools))[0]?.key),
  )
  expect(keys[0]).not.toBe(keys[1])
})
