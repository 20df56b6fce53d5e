import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompress, type Compression } from './decompress.ts'

const text = 'the same line again\n'.repeat(5000)
/** `printf hello | xz`. */
const xz = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAEaGVsbG8AAAAAsTe52+XaHpsAAR0FuC2Arx+2830BAAAAAARZWg==',
  'base64',
)

async function read(bytes: Uint8Array, compression: Compression, limit?: number): Promise<string> {
  const half = Math.floor(bytes.length / 2)
  const source = Readable.from([Buffer.from(bytes.subarray(0, half)), Buffer.from(bytes.subarray(half))])
  return Buffer.concat(await Array.fromAsync(decompress(source, compression, limit))).toString()
}

test('each form gives back what went in', async () => {
  expect(await read(Buffer.from(text), 'none')).toBe(text)
  expect(await read(gzipSync(text), 'gzip')).toBe(text)
  expect(await read(zstdCompressSync(text), 'zstd')).toBe(text)
  expect(await read(xz, 'xz')).toBe('hello')
})

test('truncated and foreign input is refused', async () => {
  for (const [bytes, compression] of [
    [gzipSync(text), 'gzip'],
    [zstdCompressSync(text), 'zstd'],
    [xz, 'xz'],
  ] as const) {
    await expect(read(bytes.subarray(0, bytes.length - 20), compression)).rejects.toThrow()
    await expect(read(Buffer.from('this is nothing of the kind'), compression)).rejects.toThrow()
    await expect(read(new Uint8Array(0), compression)).rejects.toThrow()
  }
})

test('a bomb ends at the limit', async () => {
  await expect(read(gzipSync(Buffer.alloc(10_000_000)), 'gzip', 100_000)).rejects.toThrow('more than 100000 bytes')
})

test('an xz stream that is left early blocks no other', async () => {
  for await (const _ of decompress(Readable.from([xz]), 'xz')) break
  await expect(read(xz.subarray(0, 30), 'xz')).rejects.toThrow('damaged or truncated')
  expect(await Promise.all([read(xz, 'xz'), read(xz, 'xz'), read(xz, 'xz')])).toEqual(['hello', 'hello', 'hello'])
})
