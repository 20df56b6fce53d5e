import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Reads files whose names somebody else chose: never through a link that bears the name, never waiting for a FIFO that took the
 * file's place since it was listed, never more than is wanted.
 */
export interface OpenedFile {
  /** Whoever opened it closes it. */
  readonly fd: number
  /** Bytes. */
  readonly size: number
}

/** Opens a regular file; null for anything else that can be opened. Throws what the system says: ENOENT, EACCES, ELOOP for a link. */
export function openRegular(path: string): OpenedFile | null {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  const status = fstatSync(fd)
  if (status.isFile()) return { fd, size: status.size }
  closeSync(fd)
  return null
}

/** The bytes of a file, as many as it had when it was opened; closes it. */
export function readOpened({ fd, size }: OpenedFile): Buffer {
  try {
    const bytes = Buffer.alloc(size)
    let read = 0
    while (read < size) {
      const more = readSync(fd, bytes, read, size - read, read)
      if (more === 0) break
      read += more
    }
    return bytes.subarray(0, read)
  } finally {
    closeSync(fd)
  }
}

/** The bytes of a regular file below `root`; null for anything else, for one larger than `limit`, gone, or not to be read. */
export function readRegular(root: string, path: string, limit: number): Buffer | null {
  let opened: OpenedFile | null
  try {
    opened = openRegular(join(root, path))
  } catch {
    return null
  }
  if (opened === null || opened.size <= limit) return opened && readOpened(opened)
  closeSync(opened.fd)
  return null
}
