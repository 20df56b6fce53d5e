import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openCache, type Cache } from '../kit/cache.ts'
import { download, HttpStatusError } from '../kit/http.ts'
import { mapParallel } from '../kit/parallel.ts'
import { redactUrl } from '../kit/secret.ts'
import type { DebianPackage } from '../model/lock.ts'
import { unpackDeb, type DebListing } from './deb.ts'
import { basePackageGone } from './errors.ts'

export interface FetchOptions {
  readonly mirrors: { readonly archive: string; readonly security: string | null }
  readonly cache?: Cache
  readonly signal?: AbortSignal
  /** Told of each download's progress, in bytes. */
  readonly onBytes?: (n: number) => void
}

/** A package unpacked in the cache. */
export interface UnpackedDeb extends DebListing {
  readonly package: DebianPackage
  /** The directory its contents lie in, as numbered files. */
  readonly folder: string
}

/**
 * Packages by what a lock (or `resolve`) says of them, without any index: from the cache, else from the mirror, checked by hash
 * and unpacked. Throws `base-package-gone`, `wrong-hash`, `bad-deb`, `download-failed`.
 */
export async function fetchDebs(packages: readonly DebianPackage[], options: FetchOptions): Promise<UnpackedDeb[]> {
  const cache = options.cache ?? openCache()
  return mapParallel(packages, 6, each => fetchDeb(each, cache, options))
}

async function fetchDeb(each: DebianPackage, cache: Cache, options: FetchOptions): Promise<UnpackedDeb> {
  const folder = await cache.entry('deb-1', each.sha256, async path => {
    const scratch = await cache.scratch()
    try {
      const file = join(scratch, 'deb')
      await downloadDeb(each, file, options)
      await unpackDeb(file, each.name, path)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  })
  const listing = JSON.parse(await readFile(join(folder, 'list.json'), 'utf8')) as DebListing
  return { ...listing, package: each, folder }
}

/** From the pocket's own archive, then from the other: a point release moves security updates into the main archive. */
async function downloadDeb(each: DebianPackage, file: string, options: FetchOptions): Promise<void> {
  const { archive, security } = options.mirrors
  const bases = each.pocket === 'security' && security !== null ? [security, archive] : [archive, security]
  let missing: unknown
  for (const base of new Set(bases.filter(base => base !== null))) {
    try {
      await download(`${base}/${each.path}`, file, each, options)
      return
    } catch (error) {
      if (!(error instanceof HttpStatusError) || ![403, 404, 410].includes(error.status)) throw error
      missing = error
    }
  }
  throw basePackageGone({
    what: `${each.name} ${each.version} is neither in the cache nor on the mirror.`,
    why: `${redactUrl(archive)} no longer has ${each.path}: archives drop a version when a newer one replaces it`,
    next: 'Run `wherry update` to take the newer version, or set WHERRY_DEBIAN_MIRROR to a snapshot that has it.',
    cause: missing,
  })
}
