import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCache } from './cache.ts'

let root: string
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'wherry-cache-'))))
afterEach(() => rm(root, { recursive: true }))

test('an entry is made once, also for two who ask at the same time', async () => {
  const cache = openCache(root)
  let made = 0
  const produce = async (path: string): Promise<void> => {
    made += 1
    await writeFile(path, 'bytes')
  }
  const [a, b] = await Promise.all([cache.entry('blob', 'k1', produce), cache.entry('blob', 'k1', produce)])
  expect(a).toBe(b)
  expect(await cache.entry('blob', 'k1', produce)).toBe(a)
  expect(made).toBe(1)
  expect(await readFile(a, 'utf8')).toBe('bytes')
})

test('a production that fails leaves nothing, and the next one is tried', async () => {
  const cache = openCache(root)
  const broken = cache.entry('blob', 'k1', async path => {
    await writeFile(path, 'half')
    throw new Error('disk full')
  })
  await expect(broken).rejects.toThrow('disk full')
  expect(await cache.find('blob', 'k1')).toBeNull()
  expect(await readdir(join(root, 'tmp'))).toEqual([])
})

test('a key cannot leave the cache', async () => {
  const cache = openCache(root)
  await expect(cache.find('blob', '../../etc/passwd')).rejects.toThrow('not a key')
  await expect(cache.find('../blob', 'a')).rejects.toThrow('not a kind')
})
