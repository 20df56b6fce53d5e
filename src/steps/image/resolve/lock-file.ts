import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Architecture } from '../../../kit/architecture.ts'
import type { Lock, Locks } from '../../../model/lock.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { invalidLock } from '../errors.ts'
import { parseLocks } from './lock-schema.ts'

/** wherry.lock: JSON with one thing a line, so that a change reads well in a diff. The plan says where it lies. */
const lockFile = /(?:^|\/)wherry(?:\.[a-z0-9-]+)?\.lock$/

/** Whether a path of a repository is a lock of ours: of its one app, or of one of several (`wherry.NAME.lock`). */
export function isLockFile(path: string): boolean {
  return lockFile.test(path)
}

/** Bytes; some thousand packages fit. */
const largest = 16 * 1024 ** 2

/** The recorded locks beside the app; none when there is no file. Throws `invalid-wherry-lock`. */
export function readLocks(checkout: Checkout, file: string): Locks {
  const bytes = readLockBytes(checkout, file)
  return bytes === null ? {} : parseLockFile(bytes.toString('utf8'), file)
}

/** The one for an architecture; null when there is none. */
export function lockFor(locks: Locks, architecture: Architecture): Lock | null {
  return locks[`linux/${architecture}`] ?? null
}

/** The file as it lies there, or null when there is none. Throws `invalid-wherry-lock`. */
export function readLockBytes(checkout: Checkout, file: string): Buffer | null {
  // Read also where git ignores it: whoever keeps it out of version control still wants the same image tomorrow.
  if (!existsSync(join(checkout.root, file))) return null
  const bytes = readRegular(checkout.root, file, largest)
  if (bytes === null) throw refuse(file, `It is no regular file of at most ${largest} bytes.`)
  return bytes
}

/** Locks from a file's text; `file` names it in errors. Throws `invalid-wherry-lock`. */
export function parseLockFile(text: string, file: string): Locks {
  try {
    return parseLocks(JSON.parse(text))
  } catch (error) {
    throw refuse(file, error instanceof z.ZodError ? z.prettifyError(error) : String(error))
  }
}

/**
 * Writes a lock beside the app by one rename; those of other platforms stay as they are. False where that cannot be done; nothing is left
 * behind then. Throws `invalid-wherry-lock` where what is there cannot be read.
 */
export async function writeLock(checkout: Checkout, path: string, lock: Lock): Promise<boolean> {
  const all: Locks = { ...readLocks(checkout, path), [`linux/${lock.base.architecture}`]: lock }
  const platforms = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  const file = join(checkout.root, path)
  const temporary = `${file}.${process.pid}`
  try {
    // A repository may hold a link of that name.
    await writeFile(temporary, `${JSON.stringify({ version: 2, platforms }, null, 1)}\n`, { flag: 'wx' })
    await rename(temporary, file)
    return true
  } catch {
    await rm(temporary, { force: true }).catch(() => {})
    return false
  }
}

function refuse(file: string, why: string): Error {
  return invalidLock({
    what: `${file} cannot be read.`,
    why,
    next: `Restore ${file} from version control, or delete it to resolve anew.`,
    evidence: [{ file, text: 'wherry.lock' }],
  })
}
