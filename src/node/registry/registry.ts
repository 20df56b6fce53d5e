import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Cache } from '../../kit/cache.ts'
import { get, HttpStatusError } from '../../kit/http.ts'
import { readJson } from '../../kit/json.ts'
import { npmIntegrity, npmPackageGone } from '../errors.ts'
import type { LockedPackage } from '../lock/lock.ts'
import { archivePath, registryPath } from '../lock/registry-path.ts'
import { registryOf, type NpmSettings } from './settings.ts'

export interface NpmRegistry {
  /** The versions a registry offers of a package. Throws `npm-package-not-found`. */
  versions(name: string): Promise<readonly OfferedVersion[]>
  /** The archive of a package as a file of the cache, verified. Throws `npm-package-not-found`, `npm-wrong-integrity`. */
  archive(wanted: Pick<LockedPackage, 'name' | 'version' | 'integrity' | 'url'>): Promise<string>
}

export interface OfferedVersion {
  readonly version: string
  readonly integrity: string
  /** The range of Node.js it runs on; null where it says none. */
  readonly node: string | null
}

/** The abbreviated form holds what installing needs (npm/registry docs, package-metadata.md). */
const abbreviated = 'application/vnd.npm.install-v1+json'
const packument = z.object({
  versions: z.record(
    z.string(),
    z.looseObject({
      dist: z.looseObject({ integrity: z.string().optional() }),
      engines: z
        .looseObject({ node: z.string().optional().catch(undefined) })
        .optional()
        .catch(undefined),
    }),
  ),
})
/** Bytes of an archive; Node.js itself has 52 MB. */
const largest = 512 * 1024 ** 2

export function openRegistry(settings: NpmSettings, cache: Cache, signal?: AbortSignal): NpmRegistry {
  const ask = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Uint8Array> => {
    const secret = settings.authorize(url)
    const all = secret ? { ...headers, authorization: secret.reveal() } : headers
    return (await get(url, { headers: all, limit: largest, ...(signal ? { signal } : {}) })).body
  }
  return {
    async versions(name) {
      const url = `${registryOf(settings, name)}${name.replace('/', '%2f')}`
      const body = await ask(url, { accept: abbreviated }).catch(error => refuseGone(error, name))
      const parsed = packument.safeParse(readJson(body))
      if (!parsed.success) return refuseGone(new Error('it answered with something else'), name)
      return Object.entries(parsed.data.versions).flatMap(([version, { dist, engines }]) =>
        dist.integrity ? [{ version, integrity: dist.integrity, node: engines?.node ?? null }] : [],
      )
    },
    archive(wanted) {
      return cache.entry('npm-archive', keyOf(wanted), async target => {
        const body = await fetchArchive(wanted, settings, ask)
        verify(wanted, body)
        await writeFile(target, body)
      })
    },
  }
}

/** The registry of the user's settings first: the lock's own address may lead to a mirror that this machine does not reach. */
async function fetchArchive(
  { name, version, url }: Pick<LockedPackage, 'name' | 'version' | 'url'>,
  settings: NpmSettings,
  ask: (url: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const own = `${registryOf(settings, name)}${archivePath({ name, version })}`
  try {
    // What no registry serves is somebody's archive under a name that a registry may use for something else.
    if (url !== null && registryPath(url) === null) return await ask(url)
    return await ask(own)
  } catch (error) {
    if (!(error instanceof HttpStatusError) || url === null || url === own)
      return refuseGone(error, `${name} ${version}`)
    return ask(url).catch(second => refuseGone(second, `${name} ${version}`))
  }
}

function refuseGone(error: unknown, wanted: string): never {
  // A registry that cannot be reached at all has its own error.
  if (error instanceof Error && 'code' in error) throw error
  throw npmPackageGone({
    what: `The npm registry does not give ${wanted}.`,
    why: error instanceof Error ? error.message : String(error),
    next: 'Check `npm config get registry` and its credentials, and that the version exists there.',
  })
}

function verify(
  { name, version, integrity }: Pick<LockedPackage, 'name' | 'version' | 'integrity'>,
  body: Uint8Array,
): void {
  if (integrity === null) return
  const [algorithm = '', expected] = integrity.split(/-(.*)/s)
  const seen = createHash(algorithm).update(body).digest('base64')
  if (seen.replace(/=+$/, '') === expected?.replace(/=+$/, '')) return
  throw npmIntegrity({
    what: `${name} ${version} is not the archive that was promised.`,
    why: `expected ${integrity}, got ${algorithm}-${seen}`,
    next: 'Compare the lock with the registry on another machine; do not override the hash.',
  })
}

/** What has no hash in its lock is known by name and version, which a registry never gives to other bytes. */
function keyOf({ name, version, integrity }: Pick<LockedPackage, 'name' | 'version' | 'integrity'>): string {
  return createHash('sha256')
    .update(integrity ?? `${name}@${version}`)
    .digest('hex')
}
