import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The bytes of a regular file of the repository, or null for anything else: a link, a FIFO that took its place since the listing
 * (opening it must not wait), one that is larger than `limit`, one that is gone or may not be read.
 */
export function readRegular(root: string, path: string, limit: number): Buffer | null {
  let descriptor: number
  try {
    descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch {
    return null
  }
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile() || status.size > limit) return null
    const bytes = Buffer.alloc(status.size)
    let read = 0
    while (read < bytes.length) {
      const more = readSync(descriptor, bytes, read, bytes.length - read, read)
      if (more === 0) break
      read += more
    }
    return bytes.subarray(0, read)
  } finally {
    closeSync(descriptor)
  }
}
