import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageConfig } from '../../../model/image.ts'
import type { Tree } from '../../../model/tree.ts'
import { unpackLayers, type ImageView } from '../../../oci/index.ts'
import { readDirectory } from '../directory.ts'
import { groundOf, type Ground } from '../ground.ts'
import type { Tools } from '../tools.ts'
import { fetchBase } from './fetch.ts'

/** A base image on this machine. */
export interface OpenBase {
  readonly view: ImageView
  /** All its layers as one directory: what one deletes of another is gone. */
  readonly root: string
  readonly ground: Ground
  /** What lies in it, to be looked at; its own layers are what an image gets. */
  readonly tree: () => Tree
}

/** Brings a base image and unpacks it. Throws as `fetchBase`. */
export async function openBase(
  reference: string,
  architecture: ImageConfig['architecture'],
  tools: Tools,
): Promise<OpenBase> {
  const view = await fetchBase(reference, architecture, tools)
  const { layers, config } = view.image
  const root = await unpackLayers(layers, { cache: tools.cache })
  let read: Tree | null = null
  return { view, root, ground: groundOf(layers.length, config.env), tree: () => (read ??= readRoot(root)) }
}

function readRoot(root: string): Tree {
  return readdirSync(root)
    .sort()
    .flatMap((name): Tree => {
      const status = lstatSync(join(root, name), { throwIfNoEntry: false })
      if (status?.isDirectory()) return readDirectory(join(root, name), name)
      return status?.isSymbolicLink() ? [{ kind: 'link', path: name, target: readlinkSync(join(root, name)) }] : []
    })
}
