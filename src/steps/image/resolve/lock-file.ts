import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import { invalidLock } from '../errors.ts'
import type { Wanted } from './requirements.ts'

/** wherry.lock: JSON with one thing a line, so that a change reads well in a diff. */
export const lockFileName = 'wherry.lock'

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
  url: z.url({ protocol: /^(?:https?|file)$/ }),
  size: z.number().nullable(),
  sha256,
})
const lockSchema: z.ZodType<Lock> = z.object({
  version: z.literal(1),
  requirements: sha256,
  python: z.string(),
  base: z.object({
    kind: z.literal('debian'),
    suite: z.string(),
    architecture: z.enum(['amd64', 'arm64']),
    mirrors: z.object({ archive: z.url(), security: z.url().nullable() }),
    packages: z.array(debianPackage),
    nginx: z.array(debianPackage),
    libraries: z.array(debianPackage),
  }),
  wheels: z.array(distribution),
  sdists: z.array(distribution),
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  systemLibraries: z.array(z.object({ soname: z.string(), package: z.string(), neededBy: z.string() })),
  data: z.array(z.object({ path: z.string(), kind: z.enum(['sqlite', 'file', 'directory']) })),
  asOf: z.string().nullable(),
})

/** The recorded lock, or null when there is none. Throws `invalid-wherry-lock`. */
export function readLockFile(checkout: Checkout, directory: string): Lock | null {
  const file = directory === '.' ? lockFileName : `${directory}/${lockFileName}`
  const text = checkout.text(file)
  if (text === null) return null
  try {
    return lockSchema.parse(JSON.parse(text))
  } catch (error) {
    throw invalidLock({
      what: `${file} cannot be read.`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : String(error),
      next: `Restore ${file} from version control, or delete it to resolve anew.`,
      evidence: [{ file, text: lockFileName }],
    })
  }
}

/** Writes the lock beside the app by one rename. False where the directory cannot be written. */
export async function writeLockFile(directory: string, lock: Lock): Promise<boolean> {
  const file = join(directory, lockFileName)
  const temporary = `${file}.${process.pid}`
  try {
    await writeFile(temporary, `${JSON.stringify(lock, null, 1)}\n`)
    await rename(temporary, file)
    return true
  } catch {
    return false
  }
}

/** What a lock answers: another request needs another lock. Where the words stand in their files does not matter. */
export function requestHash(plan: Plan, wanted: Wanted): string {
  const requirements = wanted.requirements.map(({ file: _, line: __, ...rest }) => rest)
  const constraints = wanted.sources.constraints.map(({ file: _, line: __, ...rest }) => rest)
  const pinned =
    wanted.lock?.packages.map(({ name, version, files }) => [name, version, files.map(({ sha256: hash }) => hash)]) ??
    null
  const { base, serve, debianPackages } = plan.image
  const request = [
    base,
    serve.server,
    serve.addServer,
    debianPackages,
    requirements,
    { ...wanted.sources, constraints },
    pinned,
  ]
  return createHash('sha256').update(JSON.stringify(request)).digest('hex')
}
