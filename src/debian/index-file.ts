import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Cache } from '../kit/cache.ts'
import { decompress } from '../kit/decompress.ts'
import { isWherryError } from '../kit/error.ts'
import { downloadFailed } from '../kit/errors.ts'
import { download, get, HttpStatusError } from '../kit/http.ts'
import { redactUrl } from '../kit/secret.ts'
import { badArchive } from './errors.ts'
import type { IndexFile, Release } from './release.ts'

/** Largest index once unpacked: Debian's Contents is 170 MB. */
const largest = 2 * 1024 ** 3

type Parse = (bytes: AsyncIterable<Uint8Array>, path: string) => Promise<void>

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
  parse: Parse,
): Promise<string | null> {
  const form = formOf(release, name)
  if (!form) return null
  return cache.entry(kind, form.file.sha256, async path => {
    const folder = await cache.scratch()
    try {
      const packed = `${folder}/index`
      await fetchIndex(release, form.name, form.file, packed)
      await parse(decompress(createReadStream(packed), form.compression, largest), path)
    } catch (error) {
      throw isWherryError(error) ? error : unreadable(release, name, error)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/**
 * As `cachedIndex`, for an index that only says where to look, while signed packages prove what is found: mirrors are seen whose
 * Contents index is older than their release file. Then the one they have is used; null when there is none.
 */
export async function cachedHints(
  release: Release,
  name: string,
  cache: Cache,
  kind: string,
  parse: Parse,
): Promise<string | null> {
  const form = formOf(release, name)
  const before = form && (await cache.find(`${kind}-unsigned`, form.file.sha256))
  if (before) return before
  try {
    return await cachedIndex(release, name, cache, kind, parse)
  } catch (error) {
    if (!form || !isWherryError(error) || !['wrong-hash', 'download-failed'].includes(error.code)) throw error
  }
  try {
    return await cache.entry(`${kind}-unsigned`, form.file.sha256, async path => {
      const { body } = await get(`${release.url}/${form.name}`, { limit: 4 * form.file.size })
      await parse(decompress(Readable.from([body]), form.compression, largest), path)
    })
  } catch {
    return null
  }
}

interface Form {
  readonly name: string
  readonly compression: 'xz' | 'gzip'
  readonly file: IndexFile
}

function formOf(release: Release, name: string): Form | null {
  for (const [suffix, compression] of [
    ['xz', 'xz'],
    ['gz', 'gzip'],
  ] as const) {
    const file = release.files.get(`${name}.${suffix}`)
    if (file) return { name: `${name}.${suffix}`, compression, file }
  }
  return null
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
      await download(url, path, file)
      return
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

function unreadable(release: Release, name: string, cause: unknown): Error {
  return badArchive({
    what: `The index ${name} of ${redactUrl(release.url)} cannot be read.`,
    why: cause instanceof Error ? cause.message : String(cause),
    next: 'Use another mirror.',
    cause,
  })
}
