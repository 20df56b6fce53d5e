import { setImmediate } from 'node:timers/promises'
import type { Cache } from '../kit/cache.ts'
import type { Layer } from '../model/image.ts'
import { chainIdOf, hexOf } from './digest.ts'
import { unsupportedImage } from './errors.ts'
import { readLayer, whiteoutOf } from './layer-read.ts'
import { emptyDirectory, finishSite, openSite, removePath, type Site } from './lay-out.ts'
import { fixedMtime } from './tar-write.ts'
import { placeMember } from './unpack-tar.ts'

/**
 * A stack of layers as one directory in the cache, the lowest first: one of our layers alone, or all layers of a foreign base
 * image together, with what they delete applied. Nobody may write to it. Unpacked as the current user: owners are ignored,
 * directories always open to their owner, devices left out (an engine brings its own /dev).
 *
 * Throws `unsupported-image` when the first layer deletes files, for those must be in layers that were not given.
 */
export async function unpackLayers(layers: readonly Layer[], options: { readonly cache: Cache }): Promise<string> {
  const key = hexOf(chainIdOf(layers.map(layer => layer.diffId)))
  return options.cache.entry('layer-tree', key, async made => {
    const site = openSite(made, fixedMtime)
    for (const [index, layer] of layers.entries()) await unpackLayer(site, layer, options.cache, index === 0)
    finishSite(site)
  })
}

async function unpackLayer(site: Site, layer: Layer, cache: Cache, isFirst: boolean): Promise<void> {
  let count = 0
  // An opaque mark hides what lies below its layer only, wherever in the layer it stands.
  const own = new Set<string>()
  for await (const entry of readLayer(layer, cache)) {
    const mark = whiteoutOf(entry.path)
    if (mark !== null && isFirst) throw deletes(layer)
    if (mark === null) await placeMember(site, entry)
    else if ('empties' in mark) emptyDirectory(site, mark.empties, own)
    else if (!own.has(mark.removes)) removePath(site, mark.removes)
    if (mark === null) addWithParents(own, entry.path)
    count += 1
    if (count % 200 === 0) await setImmediate()
  }
}

function addWithParents(paths: Set<string>, path: string): void {
  for (let at = path; !paths.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) paths.add(at)
}

function deletes(layer: Layer): Error {
  return unsupportedImage({
    what: `The layer ${layer.digest} cannot be unpacked by itself.`,
    why: 'it deletes files of the layers below it',
    next: 'Unpack it together with them.',
  })
}
