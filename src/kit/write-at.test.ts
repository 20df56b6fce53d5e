import { expect, test } from 'vitest'
import { writeAt } from './write-at.ts'

test('what the system did not take at once is written after it, and its refusal is told', async () => {
  const disk = Buffer.alloc(10)
  const full = 8
  const write = async (bytes: Uint8Array, offset = 0, length = 0, position = 0) => {
    const bytesWritten = Math.min(length, 3, full - position)
    if (bytesWritten === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    disk.set(bytes.subarray(offset, offset + bytesWritten), position)
    return { bytesWritten, buffer: bytes }
  }
  const file = { write } as unknown as Parameters<typeof writeAt>[0]
  await writeAt(file, Buffer.from('abcdefg'), 1)
  expect(disk.toString('latin1')).toBe('\0abcdefg\0\0')
  await expect(writeAt(file, Buffer.from('xyz'), 6)).rejects.toMatchObject({ code: 'ENOSPC' })
})
