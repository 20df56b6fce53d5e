import { createHash } from 'node:crypto'
import { printable } from '../kit/text.ts'
import type { Image, ImageConfig, Layer } from '../model/image.ts'
import { checked } from './checked.ts'
import { damagedImage, unsupportedImage } from './errors.ts'
import { inflate, type InflateLimits } from './inflate.ts'
import { mediaTypes, type Descriptor } from './media-types.ts'
import { gatherDocument, readDocument } from './read-document.ts'
import { configSchema, manifestSchema, type ConfigDocument, type DescriptorDocument } from './schemas.ts'
import type { ImageView } from './view.ts'

/** Where a source finds blobs; nothing it gives is trusted. */
export interface BlobSource {
  open(blob: Descriptor): AsyncIterable<Uint8Array>
}

const layerTypes: ReadonlySet<string> = new Set([mediaTypes.oci.layer, mediaTypes.docker.layer])

/**
 * Reads the image a descriptor names, with everything it promises checked: digests, sizes and, by inflating every layer, the
 * diffIds. Throws `damaged-image`, `unsupported-image` or `image-too-large`.
 */
export async function readImage(root: Descriptor, source: BlobSource, limits: InflateLimits = {}): Promise<ImageView> {
  const manifest = await gatherDocument(checked(source.open(root), root), 'manifest')
  const document = readDocument(manifest, 'manifest', manifestSchema)
  if (document.mediaType !== undefined && document.mediaType !== root.mediaType)
    throw damaged(`its manifest calls itself ${document.mediaType}, and ${root.mediaType} elsewhere`)
  const config = await gatherDocument(checked(source.open(document.config), document.config), 'config')
  const settings = readDocument(config, 'config', configSchema)
  const descriptors = document.layers.map(checkType)
  const diffIds = settings.rootfs.diff_ids
  if (diffIds.length !== descriptors.length)
    throw damaged(`it has ${descriptors.length} layers, and its config names ${diffIds.length}`)
  const whats = historyOf(settings, descriptors.length)
  const layers: Layer[] = []
  for (const [index, { digest, size }] of descriptors.entries()) {
    const tar = inflate(checked(source.open(descriptors[index] ?? root), { digest, size }), limits)
    const seen = await measure(tar)
    if (seen.digest !== diffIds[index]) throw damaged(`layer ${index + 1} holds ${seen.digest}, not ${diffIds[index]}`)
    const what = whats[index] ?? `layer ${index + 1}`
    layers.push({ digest, diffId: seen.digest, size, unpackedSize: seen.size, what })
  }
  const image: Image = {
    digest: root.digest,
    configDigest: document.config.digest,
    layers,
    config: configOf(settings),
  }
  const blobs = new Map(descriptors.map(each => [each.digest, each]))
  const open = (layer: Layer): AsyncIterable<Uint8Array> => source.open(blobs.get(layer.digest) ?? root)
  return { image, manifest, mediaType: root.mediaType, config, open }
}

async function measure(chunks: AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
  }
  return { digest: `sha256:${hash.digest('hex')}`, size }
}

function checkType(layer: DescriptorDocument): DescriptorDocument {
  if (layerTypes.has(layer.mediaType)) return layer
  throw unsupportedImage({
    what: `A layer of the image is ${JSON.stringify(layer.mediaType.slice(0, 200))}.`,
    why: 'only gzip-compressed layers are taken by every platform',
    next: 'Choose another base image, or recompress this one with gzip.',
  })
}

/** What each layer holds, by the image's own account. Docker refuses more entries than layers; fewer are common. */
export function historyOf(settings: ConfigDocument, layers: number): readonly string[] {
  const entries = (settings.history ?? []).filter(entry => !entry.empty_layer)
  if (entries.length > layers) throw damaged(`its history has ${entries.length} layers, it has ${layers}`)
  return entries.map((entry, index) => printable(entry.created_by ?? '').slice(0, 500) || `layer ${index + 1}`)
}

/** A user that is not set is root; one that is a name stays a name, for only the image's /etc/passwd knows its number. */
export function configOf(settings: ConfigDocument): ImageConfig {
  const { architecture, os, config } = settings
  if (os !== 'linux' || (architecture !== 'amd64' && architecture !== 'arm64'))
    throw unsupportedImage({
      what: `The image is for ${printable(`${os}/${architecture}`).slice(0, 100)}.`,
      next: 'Choose an image for linux/amd64 or linux/arm64.',
    })
  return {
    architecture,
    user: config?.User || '0:0',
    env: Object.fromEntries((config?.Env ?? []).map(pairOf)),
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    workingDirectory: config?.WorkingDir || '/',
    labels: config?.Labels ?? {},
    created: settings.created ?? '1970-01-01T00:00:00Z',
  }
}

function pairOf(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

function damaged(why: string): Error {
  return damagedImage({ what: 'The image contradicts itself.', why, next: 'Fetch or build the image again.' })
}
