import { Buffer } from 'node:buffer'
import type { Entry } from '../model/tree.ts'
import { canonicalJson, type Json } from './canonical-json.ts'
import { checked } from './checked.ts'
import { hexOf } from './digest.ts'
import { parseImageName } from './image-name.ts'
import type { StreamEntry } from './tar-write.ts'
import type { ImageView } from './view.ts'

export interface WriteOptions {
  /** A name engines give the image when they load it: `shop:3`. */
  readonly name?: string
  /** Digests of layers to leave out, because whoever reads the layout has them. */
  readonly omit?: ReadonlySet<string>
}

/** The files of an OCI layout (image-spec image-layout.md) that holds one image; the layers are checked as they are read. */
export function layoutFiles(view: ImageView, options: WriteOptions = {}): readonly (Entry | StreamEntry)[] {
  const { image, manifest, config } = view
  const blobs = new Map<string, Entry | StreamEntry>()
  for (const layer of image.layers) {
    if (options.omit?.has(layer.digest)) continue
    const path = blobPath(layer.digest)
    blobs.set(path, { kind: 'stream', path, size: layer.size, open: () => checked(view.open(layer), layer) })
  }
  blobs.set(blobPath(image.configDigest), file(blobPath(image.configDigest), config))
  blobs.set(blobPath(image.digest), file(blobPath(image.digest), manifest))
  return [
    file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    file('index.json', canonicalJson(index(view, options))),
    directory('blobs'),
    directory('blobs/sha256'),
    ...[...blobs.keys()].sort().flatMap(path => blobs.get(path) ?? []),
  ]
}

/** What makes `docker load` before version 25 read a layout: it knows only this file. */
export function dockerManifest(view: ImageView, options: WriteOptions = {}): Entry {
  const entry = {
    Config: blobPath(view.image.configDigest),
    RepoTags: options.name === undefined ? null : [parseImageName(options.name).short],
    Layers: view.image.layers.map(layer => blobPath(layer.digest)),
  }
  return file('manifest.json', canonicalJson([entry]))
}

function index({ image, manifest, mediaType }: ImageView, options: WriteOptions): Json {
  const name = options.name === undefined ? null : parseImageName(options.name)
  const descriptor = {
    mediaType,
    digest: image.digest,
    size: manifest.length,
    platform: { architecture: image.config.architecture, os: 'linux' },
    // The names `docker save` writes since version 25: containerd and Podman read the first, skopeo the second.
    annotations: name
      ? { 'io.containerd.image.name': name.full, 'org.opencontainers.image.ref.name': name.tag }
      : undefined,
  }
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [descriptor] }
}

function blobPath(digest: string): string {
  return `blobs/sha256/${hexOf(digest)}`
}

function directory(path: string): Entry {
  return { kind: 'directory', path, mode: 0o755 }
}

function file(path: string, content: Uint8Array | string): Entry {
  const data = Buffer.from(content)
  return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
}
