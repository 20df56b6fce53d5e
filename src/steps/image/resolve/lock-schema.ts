import { z } from 'zod'
import type { Architecture } from '../../../kit/architecture.ts'
import type { Locks } from '../../../model/lock.ts'
import { parseReference } from '../../../oci/registry/reference.ts'
import { isCommit, isGit, parseGit } from '../wheels/git.ts'

/**
 * What wherry.lock may say. Version 2 holds one lock a platform; version 1 was one lock, whose base says its architecture, and is read as
 * such. Entries beyond those known are dropped, a value that is not what it should be refuses the file.
 */
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
  url: z
    .url({ protocol: /^(?:https?|file|git\+(?:https?|ssh|git))$/ })
    .refine(isExact, { error: 'a git address that names no commit' }),
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
const lock = z.object({
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

function lockOf(architecture: Architecture) {
  const error = `not a lock for linux/${architecture}`
  return lock.refine(({ base }) => base.architecture === architecture, { error }).exactOptional()
}

const platforms: z.ZodType<Locks> = z.strictObject({ 'linux/amd64': lockOf('amd64'), 'linux/arm64': lockOf('arm64') })
const first = lock.extend({ version: z.literal(1) })
const second = z.strictObject({ version: z.literal(2), platforms })

/** The locks in a file of either version. Throws `ZodError`. */
export function parseLocks(file: unknown): Locks {
  if (Object(file)['version'] !== 1) return second.parse(file).platforms
  const { version: _, ...only } = first.parse(file)
  return { [`linux/${only.base.architecture}`]: only }
}

/** What stands where a commit is expected becomes a word of git's command line: nothing but a commit may. */
function isExact(url: string): boolean {
  return !isGit(url) || isCommit(parseGit(url).ref ?? '')
}

function isByDigest(text: string): boolean {
  try {
    return parseReference(text).digest !== null
  } catch {
    return false
  }
}
