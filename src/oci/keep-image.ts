import { createWriteStream, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Cache } from '../kit/cache.ts'
import type { Image } from '../model/image.ts'
import { findBlob, keepBlob, readBlob, type Blob } from './blob.ts'
import { checked } from './checked.ts'
import { hexOf, isDigest } from './digest.ts'
import { openMemo } from './memo.ts'
import { gatherDocument } from './read-document.ts'
import { viewImage, type ImageView } from './view.ts'

const digest = z.string().refine(isDigest)

const keptSchema = z.object({
  mediaType: z.string(),
  manifestSize: z.int(),
  configSize: z.int(),
  image: z.object({
    digest,
    configDigest: digest,
    layers: z.array(z.object({ digest, diffId: digest, size: z.int(), unpackedSize: z.int(), what: z.string() })),
    config: z.custom<Image['config']>(value => typeof value === 'object' && value !== null),
  }),
})

const kind = 'oci-image'

/** Puts an image, whatever its source, into the cache; gives the view of it there. Throws `damaged-image` for wrong bytes. */
export async function keepImage(view: ImageView, cache: Cache): Promise<ImageView> {
  const { image, manifest, config, mediaType } = view
  const folder = await cache.scratch()
  try {
    for (const layer of image.layers) {
      if (await findBlob(cache, layer)) continue
      const file = join(folder, hexOf(layer.digest))
      await pipeline(checked(view.open(layer), layer), createWriteStream(file, { flags: 'wx' }))
      await keepBlob(cache, layer.digest, file)
    }
    for (const [name, bytes] of [
      [image.configDigest, config],
      [image.digest, manifest],
    ] as const) {
      const file = join(folder, hexOf(name))
      writeFileSync(file, bytes)
      await keepBlob(cache, name, file)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  await openMemo(cache, kind, keptSchema).keep(hexOf(image.digest), {
    mediaType,
    manifestSize: manifest.length,
    configSize: config.length,
    image: { ...image, layers: [...image.layers] },
  })
  return { ...view, open: layer => readBlob(cache, layer) }
}

/** The image of this digest, when the cache holds all of it, otherwise null. */
export async function findImage(digest: string, cache: Cache): Promise<ImageView | null> {
  const kept = await openMemo(cache, kind, keptSchema).find(hexOf(digest))
  if (kept === null) return null
  const { image, mediaType } = kept
  const manifest: Blob = { digest: image.digest, size: kept.manifestSize }
  const config: Blob = { digest: image.configDigest, size: kept.configSize }
  for (const blob of [manifest, config, ...image.layers]) if (!(await findBlob(cache, blob))) return null
  return {
    image,
    mediaType,
    manifest: await gatherDocument(checked(readBlob(cache, manifest), manifest), 'manifest'),
    config: await gatherDocument(checked(readBlob(cache, config), config), 'config'),
    open: layer => readBlob(cache, layer),
  }
}

/** The view of an image that the cache was given, whoever made it; without that a plain Error, for only `assemble`'s can be made again. */
export async function viewKept(image: Image, cache: Cache): Promise<ImageView> {
  return (await findImage(image.digest, cache)) ?? viewImage(image, cache)
}
