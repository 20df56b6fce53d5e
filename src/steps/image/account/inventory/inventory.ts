import type { Cache } from '../../../../kit/cache.ts'
import type { Image } from '../../../../model/image.ts'
import type { ImageView } from '../../../../oci/index.ts'
import { byPackage, type Package } from '../package.ts'
import { debianPackages, releaseOf, type Release } from './debian-packages.ts'
import { readContents, type ContentEntry } from './layer-contents.ts'
import { pythonPackages } from './python-packages.ts'

/** Everything in an image, told by the image alone: so it is the same for one just made, one from an archive, and a foreign one. */
export interface Inventory {
  readonly image: Image
  /** The distribution underneath. */
  readonly release: Release
  /** Ordered; each once. */
  readonly packages: readonly Package[]
  /** Files and links as a container sees them, by path. */
  readonly files: ReadonlyMap<string, InventoryFile>
}

export interface InventoryFile extends Omit<ContentEntry, 'kind'> {
  readonly kind: 'file' | 'link'
  /** Index of the layer it is from. */
  readonly layer: number
}

/** A record a package left in the image, and the layer it is from. */
export interface Recorded {
  readonly path: string
  readonly text: string
  readonly layer: number
}

/** Reads every layer of an image. Throws `damaged-image` or `image-too-large`. */
export async function takeInventory(view: ImageView, cache: Cache): Promise<Inventory> {
  const files = new Map<string, InventoryFile>()
  const records = new Map<string, Recorded>()
  for (const [layer, each] of view.image.layers.entries()) {
    const contents = await readContents(each, view, cache)
    removeMarked(contents.entries, files)
    for (const entry of contents.entries) {
      const { kind } = entry
      if (kind !== 'file' && kind !== 'link') continue
      files.set(entry.path, { ...entry, kind, layer })
      records.delete(entry.path)
    }
    for (const [path, text] of contents.records) records.set(path, { path, text, layer })
  }
  const present = [...records.values()].filter(({ path }) => files.has(path))
  const release = releaseOf(present)
  const packages = [...debianPackages(present, release, view.image.config.architecture), ...pythonPackages(present)]
  return { image: view.image, release, files, packages: once(packages).sort(byPackage) }
}

/** Takes away what a layer's whiteouts name, asking every path below about its parents once. */
function removeMarked(entries: readonly ContentEntry[], files: Map<string, InventoryFile>): void {
  const removed = new Set(entries.filter(({ kind }) => kind === 'removes').map(({ path }) => path))
  const emptied = new Set(entries.filter(({ kind }) => kind === 'empties').map(({ path }) => path))
  if (removed.size + emptied.size === 0) return
  for (const path of files.keys()) {
    const above = parentsOf(path)
    if (removed.has(path) || above.some(parent => removed.has(parent) || emptied.has(parent))) files.delete(path)
  }
}

/** '' for the root, then every directory on the way. */
function parentsOf(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, i) => parts.slice(0, i).join('/'))
}

/** A distribution that lies in two places (one vendored by another) is one package. */
function once(packages: readonly Package[]): Package[] {
  const seen = new Set<string>()
  return packages.filter(({ purl }) => !seen.has(purl) && seen.add(purl))
}
