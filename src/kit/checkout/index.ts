import { closeSync, realpathSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { isWherryError } from '../error.ts'
import { openRegular, readOpened, type OpenedFile } from '../regular-file.ts'
import { decode } from './decode.ts'
import { fileTooLarge, linkOutside, noSuchDirectory, notAFile } from './errors.ts'
import { listCheckout } from './list.ts'

/**
 * A directory somebody else filled, read safely: only the files that belong to it, never through a link that leaves it, never a
 * FIFO, never more than a limit. All reading of repositories goes through here.
 */
export interface Checkout {
  /** Absolute, without links. */
  readonly root: string
  /** The files that belong (tracked, or untracked and not ignored), sorted, relative, '/'-separated. Links are among them. */
  readonly files: readonly string[]
  /** FIFOs, sockets and devices that lie among them. */
  readonly specials: readonly string[]
  /** Directories that are git submodules: their files do not belong. */
  readonly submodules: readonly string[]
  readonly git: boolean
  /** Whether this file belongs. */
  has(path: string): boolean
  /** Whether any file that belongs lies below this directory. */
  hasDirectory(path: string): boolean
  /** The names directly below a directory ('' for the root), directories with a trailing slash. */
  children(path: string): readonly string[]
  /**
   * The decoded text of a file that belongs, or null when none of this name does. Throws `not-a-file` for a FIFO or the like of
   * that name and for what cannot be opened, `file-too-large` past the limit (bytes; 4 MiB without it) and `link-outside` for a
   * link that leaves the checkout.
   */
  text(path: string, limit?: number): string | null
}

/** Opens a directory. Throws `no-such-directory` and `too-many-files`. */
export async function openCheckout(directory: string): Promise<Checkout> {
  const root = realDirectory(directory)
  const listing = await listCheckout(root)
  const files = new Set(listing.files)
  const specials = new Set(listing.specials)
  const directories = childrenByDirectory(listing.files)
  const texts = new Map<string, string>()

  return {
    root,
    ...listing,
    has: path => files.has(path),
    hasDirectory: path => directories.has(path),
    children: path => [...(directories.get(path) ?? [])],
    text(path, limit = 4 * 1024 ** 2) {
      if (specials.has(path)) throw refuseSpecial(path)
      if (!files.has(path)) return null
      let text = texts.get(path)
      if (text === undefined) {
        text = decode(readInside(root, path, limit))
        texts.set(path, text)
      }
      return text
    },
  }
}

function realDirectory(directory: string): string {
  try {
    const root = realpathSync(resolve(directory))
    if (statSync(root).isDirectory()) return root
  } catch {
    // Said below, the same for a missing path and for a file.
  }
  throw noSuchDirectory({
    what: `${directory} is no directory.`,
    next: 'Give the root directory of the repository, or run the command inside it.',
  })
}

function childrenByDirectory(files: readonly string[]): Map<string, Set<string>> {
  const directories = new Map<string, Set<string>>([['', new Set()]])
  for (const file of files) {
    let name = file
    let suffix = ''
    while (true) {
      const slash = name.lastIndexOf('/')
      const parent = slash < 0 ? '' : name.slice(0, slash)
      const known = directories.get(parent)
      const siblings = known ?? new Set<string>()
      siblings.add(name.slice(slash + 1) + suffix)
      directories.set(parent, siblings)
      if (known || parent === '') break
      name = parent
      suffix = '/'
    }
  }
  return directories
}

/** The bytes of a regular file of the checkout, or of one that a link in it leads to. */
function readInside(root: string, path: string, limit: number): Uint8Array {
  const opened = openInside(root, path)
  if (opened === null) throw refuseSpecial(path)
  if (opened.size <= limit) return readOpened(opened)
  closeSync(opened.fd)
  throw fileTooLarge({
    what: `${path} is ${opened.size} bytes; at most ${limit} are read.`,
    next: `Make ${path} smaller, or list it in .gitignore when it does not belong to the app.`,
    evidence: [{ file: path, text: `${opened.size} bytes` }],
  })
}

function openInside(root: string, path: string): OpenedFile | null {
  try {
    const real = realpathSync(join(root, path)) // As the root was found: the native one may spell letters otherwise.
    if (!real.startsWith(root === sep ? sep : root + sep)) throw refuseOutside(path)
    return openRegular(real)
  } catch (error) {
    if (isWherryError(error)) throw error
    throw notAFile({
      what: `${path} cannot be opened.`,
      why: error instanceof Error ? error.message : String(error),
      next: `Remove ${path}, restore what it points to, or make it readable.`,
      cause: error,
    })
  }
}

function refuseOutside(path: string): Error {
  return linkOutside({
    what: `${path} is a link that leads out of the repository, or lies behind one.`,
    next: `Replace ${path} with the file itself, or remove it.`,
    evidence: [{ file: path, text: 'symbolic link' }],
  })
}

function refuseSpecial(path: string): Error {
  return notAFile({
    what: `${path} is no regular file.`,
    why: 'It is a FIFO, socket, device or directory; reading it could hang.',
    next: `Remove or rename ${path}.`,
    evidence: [{ file: path, text: 'not a regular file' }],
  })
}
