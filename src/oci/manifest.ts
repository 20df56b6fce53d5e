import { Buffer } from 'node:buffer'
import type { Layer } from '../model/image.ts'
import { canonicalJson } from './canonical-json.ts'
import { digestOf } from './digest.ts'
import { tooManyLayers } from './errors.ts'
import { mediaTypes, type Dialect } from './media-types.ts'

/** Engines mount at most 125 layers, some platforms fewer; the user's own additions need room, too. */
export const mostLayers = 60

const annotated = 'org.opencontainers.image.'

/**
 * The bytes of an image manifest. `labels` whose names begin with org.opencontainers.image. are its annotations in the OCI
 * dialect; Docker's has none. Throws `too-many-layers`.
 */
export function encodeManifest(
  layers: readonly Layer[],
  config: Uint8Array,
  labels: Readonly<Record<string, string>>,
  dialect: Dialect = 'oci',
): Uint8Array {
  checkCount(layers.length)
  const types = mediaTypes[dialect]
  const annotations = Object.fromEntries(Object.entries(labels).filter(([name]) => name.startsWith(annotated)))
  const json = canonicalJson({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(config), size: config.length },
    layers: layers.map(({ digest, diffId, size }) => ({
      mediaType: digest === diffId ? types.plainLayer : types.layer,
      digest,
      size,
    })),
    annotations: dialect === 'oci' && Object.keys(annotations).length > 0 ? annotations : undefined,
  })
  return Buffer.from(json)
}

function checkCount(count: number): void {
  if (count >= 1 && count <= mostLayers) return
  throw tooManyLayers({
    what: `The image has ${count} layers; it may have 1 to ${mostLayers}.`,
    next: 'Choose a base image with fewer layers, or let Wherry make the base.',
  })
}
