import { assemble } from './assemble.ts'
import { encodeConfig } from './config.ts'
import type { ImageConfig } from '../model/image.ts'
import type { DirectoryLayer } from './directory-layer.ts'
import { encodeManifest } from './manifest.ts'
import { mediaTypes } from './media-types.ts'
import type { ImageView } from './view.ts'

/** An image of directories of this machine, the lowest first: nothing is compressed, for it goes no further than an engine's store. */
export function directoryImage(layers: readonly DirectoryLayer[], config: ImageConfig): ImageView {
  const all = layers.map(({ layer }) => layer)
  const image = assemble(all, config)
  const bytes = encodeConfig(all, config)
  const byDigest = new Map(layers.map(each => [each.layer.digest, each]))
  return {
    image,
    manifest: encodeManifest(all, bytes, config.labels),
    mediaType: mediaTypes.oci.manifest,
    config: bytes,
    open(layer) {
      const found = byDigest.get(layer.digest)
      if (!found) throw new Error(`oci: ${layer.digest} is no layer of this image`)
      return found.open()
    },
  }
}
