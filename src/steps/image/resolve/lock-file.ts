import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../model/lock.ts'
import { parseReference } from '../../../oci/registry/reference.ts'
import { readRegular } from '../app/regular.ts'
import { invalidLock } from '../errors.ts'

/** wherry.lock: JSON with one thing a line, so that a change reads well in a diff. The plan says where it lies. */
const lockFile = /(?:^|\/)wherry(?:\.[a-z0-9-]+)?\.lock$/

/** Whether a path of a repository is a lock of ours: of its one app, or of one of several (`wherry.NAME.lock`). */
export function isLockFile(path: string): boolean {
  return lockFile.test(path)
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const debianPackage = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/),
  version: z.string(),
  pocket: z.enum(['main', 'updates', 'security']),
  path: z.string().regex(/^pool\/[^\0]+\.deb$/),
  size: z.number(),
  sha256,
})
const distribution = z.object({
  name: z.string(),
  version: z.string(),
  file: z.string().regex(/^[^/\0]+$/),
  url: z.url({ protocol: /^(?:https?|file|git\+(?:https?|ssh|git))$/ }),
  size: z.number().nullable(),
  sha256,
})
const fromDebian = {
  suite: z.string(),
  architecture: z.enum(['amd64', 'arm64']),
  mirrors: z.object({ archive: z.url(), security: z.url().nullable() }),
  packages: z.array(debianPackage),
  nginx: z.array(debianPackage),
  libraries: z.array(debianPackage),
}
const absolute = z.string().regex(/^\/[^\0\n]+$/)
const lockSchema: z.ZodType<Lock> = z.object({
  version: z.literal(1),
  requirements: sha256,
  python: z.string(),
  base: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('debian'), ...fromDebian }),
    z.object({
      kind: z.literal('image'),
      name: z.string(),
      reference: z.string().refine(isByDigest, { error: 'not a reference by digest' }),
      interpreter: z.object({ executable: absolute, library: absolute, glibc: z.string().regex(/^2\.\d+$/) }),
      held: z.array(z.object({ name: z.string(), version: z.string() })),
      ...fromDebian,
    }),
  ]),
  wheels: z.array(distribution),
  sdists: z.array(
    distribution.extend({
      build: z.object({ wheels: z.array(distribution), packages: z.array(debianPackage).nullable() }),
    }),
  ),
  // Written since compiled sdists are built: a lock of before has none.
  compiler: z.array(debianPackage).default([]),
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  systemLibraries: z.array(z.object({ soname: z.string(), package: z.string(), neededBy: z.string() })),
  data: z.array(z.object({ path: z.string(), kind: z.enum(['sqlite', 'file', 'directory']) })),
  // Locks of before there were front-ends say nothing of them.
  frontEnd: z
    .object({
      packages: z.array(debianPackage),
      builds: z.array(
        z.object({
          directory: z.string(),
          programs: z.array(
            z.object({
              name: z.string().regex(/^(?:@yarnpkg\/)?[a-z0-9-]+$/),
              version: z.string().regex(/^[\w.-]+$/),
              integrity: z.string().regex(/^sha\d+-[A-Za-z0-9+/=]+$/),
            }),
          ),
        }),
      ),
    })
    .nullable()
    .default(null),
  asOf: z.string().nullable(),
})

/** Bytes; some thousand packages fit. */
const largest = 16 * 1024 ** 2

/** The recorded lock beside the app, or null when there is none. Throws `invalid-wherry-lock`. */
export function readLockFile(checkout: Checkout, file: string): Lock | null {
  const bytes = readLockBytes(checkout, file)
  return bytes === null ? null : parseLock(bytes.toString('utf8'), file)
}

/** The recorded lock as it lies there, or null when there is none. Throws `invalid-wherry-lock`. */
export function readLockBytes(checkout: Checkout, file: string): Buffer | null {
  // Read also where git ignores it: whoever keeps it out of version control still wants the same image tomorrow.
  if (!existsSync(join(checkout.root, file))) return null
  const bytes = readRegular(checkout.root, file, largest)
  if (bytes === null) throw refuse(file, `It is no regular file of at most ${largest} bytes.`)
  return bytes
}

/** A lock from its text; `file` names it in errors. Throws `invalid-wherry-lock`. */
export function parseLock(text: string, file: string): Lock {
  try {
    return lockSchema.parse(JSON.parse(text))
  } catch (error) {
    throw refuse(file, error instanceof z.ZodError ? z.prettifyError(error) : String(error))
  }
}

/** Writes the lock beside the app by one rename. False where that cannot be done; nothing is left behind then. */
export async function writeLockFile(checkout: Checkout, path: string, lock: Lock): Promise<boolean> {
  const file = join(checkout.root, path)
  const temporary = `${file}.${process.pid}`
  try {
    await writeFile(temporary, `${JSON.stringify(lock, null, 1)}\n`)
    await rename(temporary, file)
    return true
  } catch {
    await rm(temporary, { force: true }).catch(() => {})
    return false
  }
}

function isByDigest(text: string): boolean {
  try {
    return parseReference(text).digest !== null
  } catch {
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
