import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect } from './collect.ts'

test('however it is cut into pieces, the lines and the end of a text are the same', async () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\n', '🙂') }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 30 }), async (parts, keep) => {
      const text = parts.join('')
      const lines: string[] = []
      const kept = await collect(Readable.from(parts.map(part => Buffer.from(part))), keep, line => lines.push(line))
      expect(kept).toBe(text.slice(-keep))
      const expected = text.split('\n')
      if (expected.at(-1) === '') expected.pop()
      expect(lines).toEqual(expected.map(line => line.slice(-keep)))
    }),
  )
})

test('a line without an end is taken at the speed it comes, and kept no longer than the limit', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x')
  const lines: number[] = []
  const endless = Readable.from(Array.from({ length: 2000 }, () => piece))
  const kept = await collect(endless, 16 << 20, line => lines.push(line.length))
  expect([kept.length, ...lines]).toEqual([16 << 20, 16 << 20])
})

test('a stream that is destroyed gives what came', async () => {
  const stream = new Readable({ read() {} })
  const read = collect(stream, 100, () => {})
  stream.push('begun\nand')
  setImmediate(() => stream.destroy())
  expect(await read).toBe('begun\nand')
})

test('a stream that breaks is an error', async () => {
  const stream = new Readable({ read() {} })
  const read = collect(stream, 100, () => {})
  stream.destroy(new Error('broken'))
  await expect(read).rejects.toThrow('broken')
})
