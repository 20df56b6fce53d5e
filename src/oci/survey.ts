import { z } from 'zod'
import type { Cache } from '../kit/cache.ts'
import type { Layer } from '../model/image.ts'
import { nothingBelow, type Attributes, type Below } from './below.ts'
import { chainIdOf, hexOf } from './digest.ts'
import { readLayer, whiteoutOf } from './layer-read.ts'
import { openMemo } from './memo.ts'

const surveySchema = z.object({
  links: z.array(z.string()),
  directories: z.array(z.tuple([z.string(), z.object({ mode: z.int(), owner: z.int() })])),
})

/**
 * What a stack of foreign layers, the lowest first, holds that layers above must respect. Layers of our own need no survey:
 * `makeLayers` says it. Throws `damaged-image` or `image-too-large`.
 */
export async function surveyLayers(layers: readonly Layer[], options: { readonly cache: Cache }): Promise<Below> {
  if (layers.length === 0) return nothingBelow
  const memo = openMemo(options.cache, 'oci-survey', surveySchema)
  const key = hexOf(chainIdOf(layers.map(layer => layer.diffId)))
  const known = await memo.find(key)
  if (known) return { links: new Set(known.links), directories: new Map(known.directories) }
  const links = new Set<string>()
  const directories = new Map<string, Attributes>()
  for (const layer of layers) await surveyLayer(layer, options.cache, links, directories)
  await memo.keep(key, { links: [...links], directories: [...directories] })
  return { links, directories }
}

async function surveyLayer(
  layer: Layer,
  cache: Cache,
  links: Set<string>,
  directories: Map<string, Attributes>,
): Promise<void> {
  const remove = (path: string): void => {
    const inside = `${path}/`
    if (!links.delete(path) && !directories.delete(path)) return
    for (const known of [...links, ...directories.keys()])
      if (known.startsWith(inside)) [links, directories].forEach(all => all.delete(known))
  }
  for await (const { path, type, mode, uid } of readLayer(layer, cache)) {
    const mark = whiteoutOf(path)
    // What an opaque mark hides is kept: to respect one link or directory too many does no harm.
    if (mark && 'removes' in mark) remove(mark.removes)
    if (mark !== null || path === '') continue
    if (type !== 'directory' || links.has(path)) remove(path)
    if (type === 'directory') directories.set(path, { mode: mode & 0o1777, owner: uid })
    if (type === 'symlink') links.add(path)
  }
}
