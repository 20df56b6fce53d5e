import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCache } from './cache.ts'
import { choosePruned, removeEntries, unfinishedWork } from './cache-prune.ts'
import { surveyCache } from './cache-survey.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'prune-'))))
afterEach(() => rmSync(root, { recursive: true }))

const entry = (name: string, bytes: number, usedAt: number) => ({ kind: 'k', path: `/cache/k/${name}`, bytes, usedAt })
const old = [entry('a', 10, 1), entry('b', 10, 2), entry('c', 10, 3), entry('d', 10, 90)]
const limits = { before: 0, most: null, keep: new Set<string>(), recent: 100 }
const chosen = (more: object): string[] => choosePruned(old, { ...limits, ...more }).map(({ path }) => path.slice(-1))

test('by age, by size, and never what is kept or recent', () => {
  expect(chosen({ before: 3 })).toEqual(['a', 'b'])
  expect(chosen({ most: 25 })).toEqual(['a', 'b'])
  expect(chosen({ most: 0 })).toEqual(['a', 'b', 'c', 'd'])
  expect(chosen({ most: 0, recent: 50 })).toEqual(['a', 'b', 'c'])
  expect(chosen({ before: 3, keep: new Set(['/cache/k/a']) })).toEqual(['b'])
  expect(chosen({ before: 3, keep: new Set(['/cache/k/a/usr/bin/python3']) })).toEqual(['b'])
  expect(chosen({ before: 3, keep: new Set(['/cache/k/ab']) })).toEqual(['a', 'b'])
})

test('what stays fits the size, or cannot be removed', () => {
  const entries = fc.array(fc.record({ bytes: fc.nat(100), usedAt: fc.nat(200) }), { maxLength: 12 })
  fc.assert(
    fc.property(entries, fc.nat(500), (all, most) => {
      const named = all.map(({ bytes, usedAt }, i) => entry(`${i}`, bytes, usedAt))
      const gone = new Set(choosePruned(named, { ...limits, most }))
      const stay = named.filter(each => !gone.has(each))
      const size = stay.reduce((sum, { bytes }) => sum + bytes, 0)
      expect(size <= most || stay.every(({ usedAt }) => usedAt >= 100)).toBe(true)
    }),
  )
})

test('a survey counts a file that two entries share once; what is removed is gone, and nothing is left of it', async () => {
  const cache = openCache(root)
  const first = await cache.entry('wheel', 'a', async path => writeFileSync(path, 'x'.repeat(5000)))
  const second = await cache.entry('tree', 'b', async path => {
    mkdirSync(path)
    writeFileSync(join(path, 'f'), 'y'.repeat(20_000))
  })
  await cache.entry('uv-cache', 'c', async path => writeFileSync(path, 'z'))
  const entries = await surveyCache(root, new Set(['uv-cache']))
  expect(entries.map(({ kind, path }) => [kind, path])).toEqual([
    ['tree', second],
    ['wheel', first],
  ])
  expect(entries.every(({ bytes, usedAt }) => bytes >= 4096 && usedAt > 0)).toBe(true)
  await removeEntries(root, entries)
  expect([existsSync(first), existsSync(second), readdirSync(join(root, 'tmp'))]).toEqual([false, false, []])
  await removeEntries(root, entries)
})

test('unfinished work is told by whether its process lives', async () => {
  for (const name of ['999999999-a', `${process.ppid}-b`, `${process.pid}-c`, 'odd'])
    mkdirSync(join(root, 'tmp', name), { recursive: true })
  const { dead, alive } = await unfinishedWork(root)
  expect([dead, alive]).toEqual([[join(root, 'tmp', '999999999-a')], [process.ppid]])
})
