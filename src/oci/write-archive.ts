import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { dockerManifest, layoutFiles, type WriteOptions } from './layout-files.ts'
import { writeTar } from './tar-write.ts'
import type { ImageView } from './view.ts'

/**
 * Writes an image as one tar that Docker 20.10 and later, Podman and skopeo load: an OCI layout that also has Docker's
 * manifest.json. The same image and name give the same bytes. The file appears whole or not at all. Throws `damaged-image` when
 * a layer's bytes are not its digest's, `bad-image-name`.
 */
export async function writeArchive(view: ImageView, file: string, options: WriteOptions = {}): Promise<void> {
  const entries = [...layoutFiles(view, options), dockerManifest(view, options)]
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    // Opened before anything can fail: a stream that opens it by itself may do so after it was removed.
    const output = await open(temporary, 'wx')
    await pipeline(writeTar(entries), output.createWriteStream({ flush: true }))
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}

export interface StreamOptions extends WriteOptions {
  /** Without Docker's manifest.json: Podman then reads the layout, which may lack layers it has. */
  readonly layoutOnly?: boolean
}

/** The bytes of that tar, for an engine that takes them as a stream. */
export function streamArchive(view: ImageView, options: StreamOptions = {}): AsyncIterable<Uint8Array> {
  return writeTar([...layoutFiles(view, options), ...(options.layoutOnly ? [] : [dockerManifest(view, options)])])
}
