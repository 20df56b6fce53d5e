import type { Cache } from '../kit/cache.ts'
import { nothingBelow } from './below.ts'
import { digestOf, hexOf } from './digest.ts'
import { orderEntries } from './entries.ts'
import { identifyPart, type LayerPart } from './layer-source.ts'
import { fixedMtime } from './tar-write.ts'
import { unpackEntries } from './unpack-entries.ts'

/**
 * A tree as a directory in the cache that an engine can run from as a layer, without ever being packed: for what helps to make an
 * image and is not in it. Nobody may write to it.
 */
export async function layOutTree(part: LayerPart, { cache }: { readonly cache: Cache }): Promise<string> {
  const source = await identifyPart(part, cache)
  const key = hexOf(digestOf(`unpacked ${source.key}`))
  const known = await cache.find('layer-tree', key)
  if (known !== null) return known
  const entries = orderEntries(await source.tree(), source.shape, nothingBelow)
  return unpackEntries(entries, { cache, key, mtime: fixedMtime, recheck: () => source.recheck() })
}
