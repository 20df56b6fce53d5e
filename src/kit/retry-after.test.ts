import { expect, test } from 'vitest'
import { HttpStatusError } from './http.ts'
import { retryAfter } from './retry-after.ts'

test.each([
  ['2', 2000],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 9000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['-5', 0],
  ['soon', 0],
  ['99999999', 99_999_999_000],
  [undefined, 0],
  ['<html>', 0],
])('Retry-After: %s', (text, wait) => {
  expect(retryAfter(text, 1000)).toBe(wait)
})

test('a download waits until the moment that an answer names', () => {
  const at = new Date(Date.now() + 60_000).toUTCString()
  const { wait } = new HttpStatusError('http://a/', new Response('', { status: 503, headers: { 'retry-after': at } }))
  expect(wait).toBeGreaterThan(50_000)
  expect(new HttpStatusError('http://a/', new Response('', { status: 503 })).wait).toBe(0)
})
