import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSmallImage, metadata } from '../../../../test/support/small-image.ts'
import { openCache, type Cache } from '../../../kit/cache.ts'
import { compareInventories, comparePackages, type Named } from './compare.ts'
import { takeInventory } from './inventory/inventory.ts'

let root: string
let cache: Cache
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compare-'))
  cache = openCache(join(root, 'cache'))
})
afterEach(() => rmSync(root, { recursive: true }))

const info = (name: string) => `venv/lib/python3.13/site-packages/${name}.dist-info/METADATA`

test('packages, files and bytes that differ, and what need not be fetched again', async () => {
  const base = { 'usr/bin/python3': 'python' }
  const before = { [info('a')]: metadata('a', '1'), [info('b')]: metadata('b', '1'), 'app/x': '1', 'app/gone': '1' }
  const after = { [info('a')]: metadata('a', '2'), [info('c')]: metadata('c', '1'), 'app/x': '1' }
  const take = async (last: Record<string, string>) => takeInventory(await makeSmallImage([base, last], cache), cache)
  const [from, to] = [await take(before), await take(after)]
  const difference = compareInventories(from, to)
  expect(difference.packages).toEqual({
    added: [{ ecosystem: 'python', name: 'c', version: '1' }],
    removed: [{ ecosystem: 'python', name: 'b', version: '1' }],
    changed: [{ ecosystem: 'python', name: 'a', from: '1', to: '2' }],
  })
  expect(difference.files?.removed.map(({ path }) => path)).toEqual(['app/gone', info('b')])
  expect(difference.files?.changed.map(({ path }) => path)).toEqual([info('a')])
  expect(difference.shared).toBe(from.image.layers[0]?.size)
  const same = compareInventories(to, to)
  expect([same.packages, same.files]).toEqual([
    { added: [], removed: [], changed: [] },
    { added: [], removed: [], changed: [] },
  ])
})

test('what is added one way is removed the other way, and nothing differs from itself', () => {
  const each = fc.record({
    ecosystem: fc.constantFrom('debian' as const, 'python' as const),
    name: fc.constantFrom('a', 'b', '__proto__'),
    version: fc.constantFrom('1', '2'),
  })
  const packages: fc.Arbitrary<Named[]> = fc.array(each, { maxLength: 6 })
  fc.assert(
    fc.property(packages, packages, (a, b) => {
      const [there, back] = [comparePackages(a, b), comparePackages(b, a)]
      expect(there.added).toEqual(back.removed)
      expect(there.changed.map(({ name, from, to }) => [name, to, from])).toEqual(
        back.changed.map(({ name, from, to }) => [name, from, to]),
      )
      expect(comparePackages(a, a)).toEqual({ added: [], removed: [], changed: [] })
    }),
  )
})
