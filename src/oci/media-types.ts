/** The two dialects an image is written in. They differ in names only: the config, and so the image ID, is the same. */
export type Dialect = 'oci' | 'docker'

export interface MediaTypes {
  readonly manifest: string
  readonly config: string
  readonly layer: string
  /** Of a layer that is not compressed: its digest is its diffId. Engines take it; not every platform does. */
  readonly plainLayer: string
}

export const mediaTypes: Readonly<Record<Dialect, MediaTypes>> = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
    plainLayer: 'application/vnd.oci.image.layer.v1.tar',
  },
  // Heroku's registry takes nothing else.
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
    plainLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  },
}

export const indexTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
])

/** What points at a blob (image-spec descriptor.md). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}
