import { constants, closeSync, fstatSync, openSync } from 'node:fs'
import { fileUnreadable } from './errors.ts'

/**
 * Opens a regular file for reading and tells its size. A pipe under a file's name would block for ever, a link would lead
 * elsewhere: both are `file-unreadable`. The caller closes the descriptor.
 */
export function openRegular(path: string): { readonly fd: number; readonly size: number } {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error), error)
  }
  const seen = fstatSync(fd)
  if (seen.isFile()) return { fd, size: seen.size }
  closeSync(fd)
  throw unreadable(path, 'it is not a regular file')
}

function unreadable(path: string, why: string, cause?: unknown): Error {
  return fileUnreadable({
    what: `${path} cannot be read.`,
    why,
    next: 'Make it a readable regular file, or leave it out of the image.',
    cause,
  })
}
