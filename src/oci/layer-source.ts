import { z } from 'zod'
import type { Cache } from '../kit/cache.ts'
import type { Tree } from '../model/tree.ts'
import { digestOf, hexOf } from './digest.ts'
import { fileChanged } from './errors.ts'
import { openMemo } from './memo.ts'
import { shapeOf, type Shape } from './shape.ts'
import { treeKey } from './tree-key.ts'

/** One layer to be. */
export interface LayerPart {
  /** What it holds, for people: `wheels: django and 12 more`. Not part of the layer's identity. */
  readonly what: string
  /** The files, or how to find them when they are needed: with a `key`, a layer that is in the cache is not even listed. */
  readonly tree: Tree | (() => Tree | Promise<Tree>)
  /**
   * Names everything the tree depends on (a wheel's sha256 and the version of the rules that unpack it). The same key always means
   * the same tree. Without one the files are read to see whether they are known.
   */
  readonly key?: string
}

/** A part that was identified: what is known of it without its files, and the way to them. */
export interface LayerSource {
  readonly what: string
  /** 64 hex digits. */
  readonly key: string
  readonly shape: Shape
  tree(): Promise<Tree>
  /** Throws `file-changed` when the files are no longer those that were identified. */
  recheck(): Promise<void>
}

const shapeSchema: z.ZodType<Shape> = z.object({
  links: z.array(z.string()),
  directories: z.array(z.object({ path: z.string(), mode: z.int(), owner: z.int() })),
  parents: z.array(z.string()),
})

export async function identifyPart(part: LayerPart, cache: Cache): Promise<LayerSource> {
  let read: Promise<Tree> | undefined
  const tree = (): Promise<Tree> =>
    (read ??= (async () => (typeof part.tree === 'function' ? part.tree() : part.tree))())
  if (part.key === undefined) return identifyByFiles(part.what, await tree())
  // The prefix keeps a caller's key apart from the hash of a tree, and from the keys of older forms of a shape.
  const key = hexOf(digestOf(`part 1 ${part.key}`))
  const memo = openMemo(cache, 'oci-shape', shapeSchema)
  const known = await memo.find(key)
  const shape = known ?? shapeOf(await tree())
  if (known === null) await memo.keep(key, shape)
  return { what: part.what, key, shape, tree, recheck: async () => {} }
}

function identifyByFiles(what: string, tree: Tree): LayerSource {
  const shape = shapeOf(tree)
  const key = treeKey(tree)
  return {
    what,
    key,
    shape,
    tree: async () => tree,
    async recheck() {
      if (treeKey(tree) === key) return
      throw fileChanged({
        what: `A file of "${what}" changed while it was packed.`,
        next: 'Stop whatever writes to it, then run the command again.',
      })
    },
  }
}
