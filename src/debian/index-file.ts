import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Cache } from '../kit/cache.ts'
import { decompress } from '../kit/decompress.ts'
import { downloadFailed } from '../kit/errors.ts'
import { download, HttpStatusError } from '../kit/http.ts'
import { redactUrl } from '../kit/secret.ts'
import { badArchive } from './errors.ts'
import type { IndexFile, Release } from './release.ts'

/** Largest index once unpacked: Debian's Contents is 170 MB. */
const largest = 2 * 1024 ** 3

/**
 * Makes a cache entry out of an index file of a release, named without its suffix (`main/binary-amd64/Packages`): the smallest
 * form the release names is fetched, checked and handed to `parse` as plain bytes. The entry's key is the hash the signature
 * covers, so the same index is neither fetched nor parsed twice. Null when the release names no such file.
 */
export async function cachedIndex(
  release: Release,
  name: string,
  cache: Cache,
  kind: string,
  parse: (lines: AsyncIterable<Uint8Array>, path: string) => Promise<void>,
): Promise<string | null> {
  const chosen = (['xz', 'gz'] as const).find(suffix => release.files.has(`${name}.${suffix}`))
  const file = chosen && release.files.get(`${name}.${chosen}`)
  if (!chosen || !file) return null
  return cache.entry(kind, file.sha256, async path => {
    const folder = await cache.scratch()
    try {
      const packed = `${folder}/index`
      await fetchIndex(release, `${name}.${chosen}`, file, packed)
      const bytes = decompress(createReadStream(packed), chosen === 'xz' ? 'xz' : 'gzip', largest)
      await parse(bytes, path)
    } catch (error) {
      if (error instanceof Error && error.name !== 'WherryError') throw unreadable(release, name, error)
      throw error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/**
 * By its hash first: that address keeps its bytes while a mirror is updated under us. Some mirrors and proxies lack it for some
 * files, so, as apt does, by name then; the hash is checked either way.
 */
async function fetchIndex(release: Release, name: string, file: IndexFile, path: string): Promise<void> {
  const folder = name.slice(0, name.lastIndexOf('/') + 1)
  const byHash = `${release.url}/${folder}by-hash/SHA256/${file.sha256}`
  const byName = `${release.url}/${name}`
  let missing: HttpStatusError | null = null
  for (const url of release.byHash ? [byHash, byName] : [byName]) {
    try {
      return await download(url, path, file)
    } catch (error) {
      if (!(error instanceof HttpStatusError)) throw error
      missing = error
    }
  }
  throw downloadFailed({
    what: `${redactUrl(byName)} is named by the signed index but missing.`,
    why: missing?.message ?? '',
    next: 'The mirror is probably being updated: try again in some minutes, or use another mirror.',
    cause: missing,
  })
}

function unreadable(release: Release, name: string, cause: Error): Error {
  return badArchive({
    what: `The index ${name} of ${redactUrl(release.url)} cannot be read.`,
    why: cause.message,
    next: 'Use another mirror.',
    cause,
  })
}
