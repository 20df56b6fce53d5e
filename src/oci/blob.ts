import { createReadStream, renameSync, rmSync, statSync } from 'node:fs'
import type { Cache } from '../kit/cache.ts'
import { hexOf } from './digest.ts'

/** Blobs in the content cache, by digest: compressed layers, configs and manifests. */
const kind = 'oci-blob'

export interface Blob {
  readonly digest: string
  readonly size: number
}

/** The file that holds a blob, or null. One whose size is wrong, left by a crash of the machine, is removed. */
export async function findBlob(cache: Cache, blob: Blob): Promise<string | null> {
  const path = await cache.find(kind, hexOf(blob.digest))
  if (path === null) return null
  if (statSync(path).size === blob.size) return path
  rmSync(path, { force: true })
  return null
}

/** Moves a finished file, on the cache's file system, to its place. */
export async function keepBlob(cache: Cache, digest: string, file: string): Promise<string> {
  return cache.entry(kind, hexOf(digest), async path => renameSync(file, path))
}

/** A blob's bytes. Throws a plain Error when the cache does not hold it. */
export async function* readBlob(cache: Cache, blob: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  const path = await findBlob(cache, blob)
  if (path === null) throw new Error(`oci: ${blob.digest} is not in the cache`)
  yield* createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>
}
