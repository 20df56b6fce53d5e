import type { Cache } from '../kit/cache.ts'
import type { Image, Layer } from '../model/image.ts'
import { readBlob } from './blob.ts'
import { encodeConfig } from './config.ts'
import { digestOf } from './digest.ts'
import { encodeManifest } from './manifest.ts'
import { mediaTypes } from './media-types.ts'

/**
 * An image whose bytes can be read: what every source (the cache, a layout, an archive, a registry) gives and every sink
 * (layout, archive, engine, registry) takes. Immutable; a change makes another image.
 */
export interface ImageView {
  readonly image: Image
  /** The exact bytes of the manifest that `image.digest` names. */
  readonly manifest: Uint8Array
  /** The manifest's, which tells its dialect. */
  readonly mediaType: string
  /** The exact bytes of the config. */
  readonly config: Uint8Array
  /** A layer's compressed bytes. Sinks check them on their way. */
  open(layer: Layer): AsyncIterable<Uint8Array>
}

/** The view of an image that `assemble` made of layers in this cache. */
export function viewImage(image: Image, cache: Cache): ImageView {
  const config = encodeConfig(image.layers, image.config)
  const manifest = encodeManifest(image.layers, config, image.config.labels)
  if (digestOf(manifest) !== image.digest) throw new Error(`oci: ${image.digest} was not made by assemble`)
  return { image, manifest, mediaType: mediaTypes.oci.manifest, config, open: layer => readBlob(cache, layer) }
}
