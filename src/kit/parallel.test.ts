import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapParallel } from './parallel.ts'

test('results keep the order of the items, and no more run at once than allowed', async () => {
  let running = 0
  let most = 0
  const results = await mapParallel([30, 1, 20, 2], 2, async ms => {
    running += 1
    most = Math.max(most, running)
    await sleep(ms)
    running -= 1
    return ms * 10
  })
  expect(results).toEqual([300, 10, 200, 20])
  expect(most).toBe(2)
})

test('after a failure nothing new is begun, and what runs is awaited', async () => {
  const begun: number[] = []
  const mapped = mapParallel([1, 2, 3, 4], 2, async n => {
    begun.push(n)
    await sleep(5)
    if (n === 1) throw new Error('broken')
    return n
  })
  await expect(mapped).rejects.toThrow('broken')
  expect(begun).toEqual([1, 2])
})
