import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitFrames } from './frames.ts'

function frame(stream: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt8(stream, 0)
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

async function all(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('wherever the connection is cut into pieces, each stream gets its bytes', async () => {
  const piece = fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 }))
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(30)), async (pieces, sizes) => {
      const bytes = Buffer.concat(pieces.map(([stream, body]) => frame(stream, body)))
      const { stdout, stderr, done } = splitFrames(cut(bytes, sizes))
      const seen = await Promise.all([all(stdout), all(stderr)])
      await done
      const meant = [1, 2].map(n => Buffer.concat(pieces.filter(([stream]) => stream === n).map(([, body]) => body)))
      expect(seen).toEqual(meant)
    }),
  )
})

test('a connection that breaks in the middle of a piece is no end', async () => {
  const { stdout, stderr, done } = splitFrames(cut(frame(1, Buffer.from('hello')).subarray(0, 10), [3]))
  stderr.resume()
  expect((await all(stdout)).toString()).toBe('he')
  await expect(done).rejects.toThrow('in the middle')
})
