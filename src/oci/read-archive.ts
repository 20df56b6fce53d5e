import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Cache } from '../kit/cache.ts'
import { TarError } from '../kit/tar-error.ts'
import type { TarMember } from '../kit/tar-read.ts'
import { damagedImage } from './errors.ts'
import type { InflateLimits } from './inflate.ts'
import { keepImage } from './keep-image.ts'
import { readSafely } from './layer-read.ts'
import { readLayout } from './read-layout.ts'
import { openRegular } from './regular-file.ts'
import type { SelectOptions } from './select-manifest.ts'
import type { ImageView } from './view.ts'

const wanted = /^(?:oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/

/**
 * Reads an image from an archive of an OCI layout, such as `writeArchive` or `docker save` (since version 25) make, checked in
 * every byte, into the cache. Throws `damaged-image`, `unsupported-image` or `image-too-large`.
 */
export async function readArchive(
  file: string,
  options: SelectOptions & { readonly cache: Cache; readonly limits?: InflateLimits },
): Promise<ImageView> {
  const folder = await options.cache.scratch()
  try {
    await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true })
    await extract(file, folder)
    return await keepImage(await readLayout(folder, options), options.cache)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes out what a layout needs, by its exact name; nothing else of the archive reaches the disk. */
async function extract(file: string, folder: string): Promise<void> {
  const seen = new Set<string>()
  try {
    const { fd } = openRegular(file)
    for await (const member of readSafely(createReadStream(file, { fd, highWaterMark: 256 * 1024 }))) {
      if (!wanted.test(member.path)) continue
      if (member.type !== 'file' || seen.has(member.path)) throw new TarError(`${member.path} twice, or not as a file`)
      seen.add(member.path)
      await save(member, join(folder, member.path))
    }
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    throw damaged(file, error.message, error)
  }
  if (!seen.has('index.json')) throw damaged(file, 'it holds no OCI layout: index.json is missing')
}

async function save(member: TarMember, path: string): Promise<void> {
  await pipeline(member.body(), createWriteStream(path, { flags: 'wx' }))
}

function damaged(file: string, why: string, cause?: unknown): Error {
  return damagedImage({ what: `${file} is not an image archive.`, why, next: 'Fetch or build it again.', cause })
}
