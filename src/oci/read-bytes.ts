import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { closeSync, readSync } from 'node:fs'
import type { FileEntry } from '../model/tree.ts'
import { fileChanged } from './errors.ts'
import { openRegular } from './regular-file.ts'

const piece = 1024 * 1024

/**
 * The bytes of a file of a tree, in pieces of at most 1 MiB. Throws `file-changed` when there are more or fewer than its entry says.
 * Synchronous on purpose: a layer is thousands of small files, and four round trips to the thread pool cost more than the read.
 */
export function* readBytes(entry: FileEntry): Generator<Uint8Array, void, undefined> {
  if ('data' in entry.bytes) {
    if (entry.bytes.data.length !== entry.size) throw changed(entry, entry.bytes.data.length)
    yield entry.bytes.data
    return
  }
  const { fd, size } = openRegular(entry.bytes.file)
  try {
    if (size !== entry.size) throw changed(entry, size)
    for (let left = entry.size; left > 0;) {
      const chunk = Buffer.allocUnsafe(Math.min(left, piece))
      const count = readSync(fd, chunk)
      if (count === 0) throw changed(entry, entry.size - left)
      left -= count
      yield chunk.subarray(0, count)
    }
    if (readSync(fd, Buffer.allocUnsafe(1)) !== 0) throw changed(entry, entry.size + 1)
  } finally {
    closeSync(fd)
  }
}

/** Lower-case hex. */
export function sha256OfFile(entry: FileEntry): string {
  const hash = createHash('sha256')
  for (const chunk of readBytes(entry)) hash.update(chunk)
  return hash.digest('hex')
}

function changed(entry: FileEntry, size: number): Error {
  return fileChanged({
    what: `${'file' in entry.bytes ? entry.bytes.file : `/${entry.path}`} changed while it was packed.`,
    why: `it was listed with ${entry.size} bytes and read with ${size}`,
    next: 'Stop whatever writes to it, then run the command again.',
  })
}
