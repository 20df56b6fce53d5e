import { openRegular as open, type OpenedFile } from '../kit/regular-file.ts'
import { fileUnreadable } from './errors.ts'

/** Opens a regular file that goes into an image. Throws `file-unreadable` for a link, a pipe and whatever cannot be opened. */
export function openRegular(path: string): OpenedFile {
  let opened: OpenedFile | null
  try {
    opened = open(path)
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error), error)
  }
  if (opened === null) throw unreadable(path, 'it is not a regular file')
  return opened
}

function unreadable(path: string, why: string, cause?: unknown): Error {
  return fileUnreadable({
    what: `${path} cannot be read.`,
    why,
    next: 'Make it a readable regular file, or leave it out of the image.',
    cause,
  })
}
