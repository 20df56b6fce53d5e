import type { Image, ImageConfig, Layer } from '../model/image.ts'
import { encodeConfig } from './config.ts'
import { digestOf } from './digest.ts'
import { encodeManifest } from './manifest.ts'

/** Makes an image of layers, the lowest first. Pure: its digest depends on nothing else. Throws `bad-image-config` or `too-many-layers`. */
export function assemble(layers: readonly Layer[], config: ImageConfig): Image {
  const bytes = encodeConfig(layers, config)
  const manifest = encodeManifest(layers, bytes, config.labels)
  return { digest: digestOf(manifest), configDigest: digestOf(bytes), layers, config }
}
