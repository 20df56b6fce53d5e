import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Cache } from '../kit/cache.ts'
import type { Layer } from '../model/image.ts'
import type { Entry } from '../model/tree.ts'
import { nothingBelow, type Below } from './below.ts'
import { findBlob, keepBlob } from './blob.ts'
import { digestOf, hexOf, isDigest } from './digest.ts'
import { orderEntries } from './entries.ts'
import { compress, identifyCompressor, type Compressed } from './gzip.ts'
import { identifyPart, type LayerPart, type LayerSource } from './layer-source.ts'
import { openMemo } from './memo.ts'
import { checkShape, layShape, parentAttributes } from './shape.ts'
import { fixedMtime, writeTar } from './tar-write.ts'
import { unpackLayers } from './unpack.ts'
import { layOutEntries } from './unpack-entries.ts'

export interface LayerOptions {
  readonly cache: Cache
  /** What lies below; nothing without it. */
  readonly below?: Below
  /** Time of every entry, whole seconds since 1970; `fixedMtime` without it. */
  readonly mtime?: number
  /** Also lay the layers out as directories in the cache, for an engine that runs them from there; it costs least now. */
  readonly unpack?: boolean
}

export interface MadeLayers {
  readonly layers: readonly Layer[]
  /** What a further layer would lie on. */
  readonly below: Below
}

// Counts up whenever the same tree would be written differently.
const version = 1

// Compressing runs beside reading; more at once only take the processors from each other.
const atOnce = 2

/**
 * Makes layers, the lowest first: tar, gzip, digests, kept in the cache. An unchanged tree is neither read, packed nor compressed
 * again. Throws `duplicate-path`, `unsafe-path`, `whiteout-name`, `path-through-link`, `file-changed` or `file-unreadable`.
 */
export async function makeLayers(parts: readonly LayerPart[], options: LayerOptions): Promise<MadeLayers> {
  let below = options.below ?? nothingBelow
  const jobs: Job[] = []
  for (const part of parts) {
    const source = await identifyPart(part, options.cache)
    checkShape(source.shape, below)
    jobs.push({ source, below, cache: options.cache, mtime: options.mtime ?? fixedMtime })
    below = layShape(source.shape, below)
  }
  const layers: Layer[] = []
  const waiting = jobs.entries()
  const work = async (): Promise<void> => {
    for (const [index, job] of waiting) layers[index] = await makeOne(job, options.unpack ?? false)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { layers, below }
}

interface Job {
  readonly source: LayerSource
  readonly below: Below
  readonly cache: Cache
  readonly mtime: number
}

const numbers: z.ZodType<Compressed> = z.object({
  digest: z.string().refine(isDigest),
  diffId: z.string().refine(isDigest),
  size: z.int(),
  unpackedSize: z.int(),
})

async function makeOne(job: Job, unpack: boolean): Promise<Layer> {
  const memo = openMemo(job.cache, 'oci-layer', numbers)
  const key = jobKey(job)
  const known = await memo.find(key)
  if (known && (await findBlob(job.cache, known))) {
    const layer = { ...known, what: job.source.what }
    if (unpack) await unpackLayers([layer], { cache: job.cache })
    return layer
  }
  const entries = orderEntries(await job.source.tree(), job.source.shape, job.below)
  const made = await make(entries, job, unpack)
  await memo.keep(key, made)
  return { ...made, what: job.source.what }
}

/** What the bytes depend on: the tree, the attributes its missing parents take from below, the time and the compressor. */
function jobKey({ source, below, mtime }: Job): string {
  const parents = source.shape.parents.map(path => {
    const { mode, owner } = parentAttributes(path, below)
    return [path, mode, owner]
  })
  return hexOf(digestOf(JSON.stringify([version, source.key, parents, mtime, identifyCompressor().id])))
}

/** Compresses a layer and lays it out beside: the one is a matter of other threads, the other of waiting for the disk. */
async function make(entries: readonly Entry[], job: Job, unpack: boolean): Promise<Compressed> {
  const { cache, mtime } = job
  const folder = await cache.scratch()
  try {
    const [file, directory] = [join(folder, 'layer'), join(folder, 'tree')]
    const both = [
      compress(writeTar(entries, { mtime }), file),
      unpack ? layOutEntries(entries, directory, { cache, mtime }) : Promise.resolve(),
    ] as const
    // Both must be over, whatever became of either, before the folder is removed.
    await Promise.allSettled(both)
    const [made] = await Promise.all(both)
    await job.source.recheck()
    await keepBlob(cache, made.digest, file)
    if (unpack) await cache.entry('layer-tree', hexOf(made.diffId), path => rename(directory, path))
    return made
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
