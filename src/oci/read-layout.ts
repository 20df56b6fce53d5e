import { createReadStream } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { checked } from './checked.ts'
import { hexOf } from './digest.ts'
import { damagedImage } from './errors.ts'
import type { InflateLimits } from './inflate.ts'
import { gatherDocument, readDocument } from './read-document.ts'
import { readImage, type BlobSource } from './read-image.ts'
import { openRegular } from './regular-file.ts'
import { selectManifest, type SelectOptions } from './select-manifest.ts'
import type { ImageView } from './view.ts'

const versionSchema = z.object({ imageLayoutVersion: z.literal('1.0.0') })

/**
 * Reads an image from an OCI layout directory, checked in every byte; its layers are read from there again when they are used.
 * Throws `damaged-image`, `unsupported-image` or `image-too-large`.
 */
export async function readLayout(
  directory: string,
  options: SelectOptions & { readonly limits?: InflateLimits } = {},
): Promise<ImageView> {
  const source: BlobSource = {
    open: blob => readRegular(join(directory, 'blobs', 'sha256', hexOf(blob.digest))),
  }
  const small = async (name: string): Promise<Uint8Array> => gatherDocument(readRegular(join(directory, name)), name)
  readDocument(await small('oci-layout'), 'oci-layout', versionSchema)
  const root = await selectManifest(await small('index.json'), options, async descriptor =>
    gatherDocument(checked(source.open(descriptor), descriptor), 'index'),
  )
  return readImage(root, source, options.limits)
}

async function* readRegular(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const exists = await lstat(path).catch(() => null)
  if (exists === null) throw damagedImage({ what: `${path} is missing.`, next: 'Fetch or build the image again.' })
  yield* createReadStream(path, { fd: openRegular(path).fd, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>
}
