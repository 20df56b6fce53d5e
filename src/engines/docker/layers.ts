import { ownArchitecture } from '../../kit/architecture.ts'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { isEntry, type Cache } from '../../kit/cache.ts'
import { directoryImage, directoryLayer, directoryTar, type DirectoryLayer, type ImageView } from '../../oci/index.ts'
import { stepImages } from './step-images.ts'

/** Counts up whenever the same directory would become another layer. */
const rules = 1
const keptSchema = z.object({ digest: z.string(), size: z.int() })

export interface Stack {
  readonly view: ImageView
  readonly name: string
}

/**
 * Unpacked layers as an image of an engine's own store. Everything in it belongs to `owner`: as in the sandbox, whose writable root is its
 * user's, and without the capability to write what belongs to others.
 */
export async function stackOf(directories: readonly string[], owner: number, cache: Cache): Promise<Stack> {
  const layers = await Promise.all(directories.map(directory => layerOf(directory, owner, cache)))
  const view = directoryImage(layers, {
    architecture: ownArchitecture,
    user: '0:0',
    env: {},
    entrypoint: [],
    command: ['none'],
    workingDirectory: '/',
    labels: { [stepImages.label]: '1' },
    created: '1980-01-01T00:00:00Z',
  })
  return { view, name: `${stepImages.repository}:${view.image.configDigest.slice(7, 31)}` }
}

/** A directory of the cache never changes, so its digest is kept; of any other it is found each time. */
async function layerOf(directory: string, owner: number, cache: Cache): Promise<DirectoryLayer> {
  if (!isEntry(directory, cache)) return directoryLayer(directory, { owner })
  const key = createHash('sha256')
    .update(JSON.stringify([rules, directory.slice(cache.root.length), owner]))
    .digest('hex')
  const path = await cache.entry('engine-layer', key, async made => {
    const { digest, size } = (await directoryLayer(directory, { owner })).layer
    await writeFile(made, JSON.stringify({ digest, size }))
  })
  const { digest, size } = keptSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  const layer = { digest, diffId: digest, size, unpackedSize: size, what: 'directory' }
  return { layer, open: () => directoryTar(directory, { owner }) }
}
