import { createReadStream, createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Cache } from '../kit/cache.ts'
import { TarError } from '../kit/tar-error.ts'
import type { Layer } from '../model/image.ts'
import { keepBlob, readBlob } from './blob.ts'
import { digestOf } from './digest.ts'
import { damagedImage } from './errors.ts'
import { compress } from './gzip.ts'
import { inflate } from './inflate.ts'
import { keepImage } from './keep-image.ts'
import { readSafely } from './layer-read.ts'
import { encodeManifest } from './manifest.ts'
import { mediaTypes } from './media-types.ts'
import { gatherDocument, readDocument } from './read-document.ts'
import { configOf, historyOf } from './read-image.ts'
import { openRegular } from './regular-file.ts'
import { configSchema } from './schemas.ts'
import type { ImageView } from './view.ts'

const savedSchema = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()).min(1) })).min(1)

/**
 * Reads an image as `docker save` has always written it: a manifest.json that names the config and the layers, which are not compressed.
 * The config stays as it is, and with it the image's ID; the layers are compressed as ours are. Throws `damaged-image`,
 * `unsupported-image`, `too-many-layers`.
 */
export async function readSaved(file: string, { cache }: { readonly cache: Cache }): Promise<ImageView> {
  const folder = await cache.scratch()
  try {
    const files = await extract(file, folder)
    const pathOf = (name: string): string => {
      const path = files.get(posix.normalize(name))
      if (path === undefined) throw damaged(file, `it lacks ${name}`)
      return path
    }
    const [saved] = readDocument(await document(pathOf('manifest.json'), 'manifest'), 'manifest', savedSchema)
    if (!saved) throw damaged(file, 'it holds no image')
    const config = await document(pathOf(saved.Config), 'config')
    const settings = readDocument(config, 'config', configSchema)
    const whats = historyOf(settings, saved.Layers.length)
    const layers: Layer[] = []
    for (const [n, name] of saved.Layers.entries()) {
      const layer = await keepLayer(pathOf(name), join(folder, `layer-${n}`), cache)
      if (layer.diffId !== settings.rootfs.diff_ids[n])
        throw damaged(file, `layer ${n + 1} is not what its config names`)
      layers.push({ ...layer, what: whats[n] ?? `layer ${n + 1}` })
    }
    const image = { layers, config: configOf(settings), configDigest: digestOf(config) }
    const manifest = encodeManifest(layers, config, image.config.labels)
    const view = {
      manifest,
      config,
      mediaType: mediaTypes.oci.manifest,
      open: (layer: Layer) => readBlob(cache, layer),
    }
    return await keepImage({ ...view, image: { ...image, digest: digestOf(manifest) } }, cache)
  } catch (error) {
    if (error instanceof TarError) throw damaged(file, error.message, error)
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Members by their names, each in a file of its own; a layer that occurs twice is a link to the first. */
async function extract(file: string, folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const links: [name: string, target: string][] = []
  const { fd } = openRegular(file)
  for await (const member of readSafely(createReadStream(file, { fd, highWaterMark: 256 * 1024 }))) {
    if (member.type === 'symlink') links.push([member.path, posix.join(posix.dirname(member.path), member.link)])
    if (member.type === 'hardlink') links.push([member.path, member.link])
    if (member.type !== 'file') continue
    const path = join(folder, `member-${found.size}`)
    await pipeline(member.body(), createWriteStream(path, { flags: 'wx' }))
    found.set(member.path, path)
  }
  for (const [name, target] of links) {
    const path = found.get(target)
    if (path !== undefined) found.set(name, path)
  }
  return found
}

async function keepLayer(path: string, target: string, cache: Cache): Promise<Omit<Layer, 'what'>> {
  const bytes = createReadStream(path, { highWaterMark: 256 * 1024 })
  const made = await compress((await isGzip(path)) ? inflate(bytes) : bytes, target)
  await keepBlob(cache, made.digest, target)
  return made
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}

function document(path: string, name: string): Promise<Uint8Array> {
  return gatherDocument(createReadStream(path), name)
}

function damaged(file: string, why: string, cause?: unknown): Error {
  return damagedImage({ what: `${file} is not an image that was saved.`, why, next: 'Build or save it again.', cause })
}
