import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapPool } from './pool.ts'

test('keeps the order, and never more than the limit at once', async () => {
  let running = 0
  let most = 0
  const results = await mapPool([5, 1, 3, 2, 4], 2, async n => {
    running += 1
    most = Math.max(most, running)
    await sleep(n)
    running -= 1
    return n * 10
  })
  expect(results).toEqual([50, 10, 30, 20, 40])
  expect(most).toBe(2)
})

test('a failure rejects only after the others in work have ended, and starts nothing new', async () => {
  const ended: number[] = []
  const started: number[] = []
  const run = mapPool([1, 2, 3, 4], 2, async n => {
    started.push(n)
    if (n === 1) throw new Error('first')
    await sleep(5)
    ended.push(n)
  })
  await expect(run).rejects.toThrow('first')
  expect(ended).toEqual([2])
  expect(started).toEqual([1, 2])
})

test('no items give no results', async () => {
  expect(await mapPool([], 3, async () => 1)).toEqual([])
})
