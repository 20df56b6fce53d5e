import type { Architecture } from '../kit/architecture.ts'

/** An OCI image: config and layers, immutable; its identity is the digest. Bytes are read lazily, from the content cache. */
export interface Image {
  /** Digest of the OCI manifest: `sha256:` and 64 hex digits. */
  readonly digest: string
  /** Digest of the config, the same whatever dialect the manifest is written in (Docker's image ID). */
  readonly configDigest: string
  readonly layers: readonly Layer[]
  readonly config: ImageConfig
}

export interface Layer {
  /** Digest of the compressed blob. */
  readonly digest: string
  /** Digest of the uncompressed tar. */
  readonly diffId: string
  /** Bytes, compressed. */
  readonly size: number
  /** Bytes, uncompressed. */
  readonly unpackedSize: number
  /** What it holds, for people and for the image's history: `wheels: django, psycopg and 12 more`. */
  readonly what: string
}

/** The parts of the OCI image config that Wherry writes (image-spec v1.1, config.md). */
export interface ImageConfig {
  readonly architecture: Architecture
  /** Numeric `uid:gid`. */
  readonly user: string
  readonly env: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
  /** The process that starts without an argument: `web`. */
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly labels: Readonly<Record<string, string>>
  /** RFC 3339; fixed by the inputs, never the clock. */
  readonly created: string
}

/** Where a published image can be had, for ever the same one: what releases are made of. */
export interface ImageRef {
  /** By digest: `ghcr.io/acme/shop@sha256:…`. */
  readonly reference: string
  /** Of the manifest as the registry holds it. */
  readonly digest: string
}
