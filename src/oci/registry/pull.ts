import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../../kit/cache.ts'
import { mapParallel } from '../../kit/parallel.ts'
import type { ImageConfig } from '../../model/image.ts'
import { findBlob, keepBlob, readBlob, type Blob } from '../blob.ts'
import { hexOf } from '../digest.ts'
import { damagedImage, imageTooLarge, unsupportedImage } from '../errors.ts'
import type { InflateLimits } from '../inflate.ts'
import { findImage, keepImage } from '../keep-image.ts'
import { indexTypes, mediaTypes, type Descriptor } from '../media-types.ts'
import { readDocument } from '../read-document.ts'
import { readImage } from '../read-image.ts'
import { manifestSchema } from '../schemas.ts'
import { selectManifest } from '../select-manifest.ts'
import type { ImageView } from '../view.ts'
import { openBudget } from './budget.ts'
import { downloadBlob } from './download-blob.ts'
import { imageNotFound } from './errors.ts'
import { rememberPlace } from './known-places.ts'
import { getManifest, type Manifest } from './manifest.ts'
import { formatReference, type Reference } from './reference.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import type { Watch } from './transfer.ts'

export interface PullOptions extends Pick<SessionOptions, 'env' | 'signal' | 'clock'> {
  readonly cache: Cache
  readonly architecture: ImageConfig['architecture']
  readonly watch?: Watch
  readonly limits?: InflateLimits
}

/** Compressed bytes of an image: the largest bases are a tenth of it. */
const mostBytes = 32 * 1024 ** 3
const atOnce = 3

/**
 * Pulls an image for one architecture into the cache, everything checked: by digest nothing is asked when the cache holds it. Of an
 * index the platform's manifest is taken; addresses that a manifest names for its layers are not followed. Throws `image-not-found`,
 * `unsupported-image`, `damaged-image`, `image-too-large`, and as `pushImage`.
 */
export async function pullImage(from: Reference, options: PullOptions): Promise<ImageView> {
  const { cache, architecture, limits } = options
  const kept = from.digest === null ? null : await findImage(from.digest, cache)
  if (kept?.image.config.architecture === architecture) return kept
  const session = await openSession(from, options)
  const manifest = await platformManifest(from, session, options)
  const held = await findImage(manifest.digest, cache)
  if (held !== null) return held
  await fetchBlobs(manifest, session, options)
  const root: Descriptor = { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length }
  const source = {
    async *open(blob: Descriptor) {
      if (blob.digest === root.digest) yield manifest.bytes
      else yield* readBlob(cache, blob)
    },
  }
  return keepImage(await readImage(root, source, limits), cache)
}

/** The manifest that a reference means on an architecture: what a lock records. Throws as `pullImage`. */
export async function findManifest(from: Reference, options: PullOptions): Promise<{ readonly digest: string }> {
  return platformManifest(from, await openSession(from, options), options)
}

async function platformManifest(from: Reference, session: Session, { architecture }: PullOptions): Promise<Manifest> {
  const top = await getManifest(from.digest ?? from.tag ?? 'latest', session)
  if (top === null) throw missing(from, session)
  if (!indexTypes.has(top.mediaType)) return understood(top)
  const inner = async ({ digest }: Descriptor): Promise<Manifest> => {
    const found = await getManifest(digest, session)
    if (found === null) throw missing({ ...from, digest }, session)
    return found
  }
  // A registry's index means one image: the first that fits counts, which depth 1 says.
  const chosen = await selectManifest(top.bytes, { architecture }, async each => (await inner(each)).bytes, 1)
  return understood(await inner(chosen))
}

async function fetchBlobs(
  manifest: Manifest,
  session: Session,
  { cache, watch = () => {} }: PullOptions,
): Promise<void> {
  const { host, repository } = session.reference
  const document = readDocument(manifest.bytes, 'manifest', manifestSchema)
  const blobs = [...new Map([document.config, ...document.layers].map(blob => [blob.digest, blob])).values()]
  const total = blobs.reduce((sum, { size }) => sum + size, 0)
  if (total > mostBytes) throw tooLarge(total)
  if (document.config.size > 4 * 1024 ** 2) throw hugeConfig(document.config)
  const budget = openBudget(total)
  const folder = await cache.scratch()
  try {
    await mapParallel(blobs, atOnce, async ({ digest, size }) => {
      const blob: Blob = { digest, size }
      // Its manifest says that the registry has it, wherever ours comes from.
      await rememberPlace(digest, host, repository, cache)
      if (await findBlob(cache, blob)) return watch({ digest, state: 'there', bytes: size })
      const file = join(folder, hexOf(digest))
      await downloadBlob(blob, file, session, { budget, watch })
      await keepBlob(cache, digest, file)
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function understood(manifest: Manifest): Manifest {
  if (Object.values(mediaTypes).some(types => types.manifest === manifest.mediaType)) return manifest
  throw unsupportedImage({
    what: `The image is ${JSON.stringify(manifest.mediaType.slice(0, 200))}.`,
    why: 'images are read that have an OCI manifest, or one of Docker’s schema 2',
    next: 'Push it again with a tool of these years, or choose another.',
  })
}

function missing(from: Reference, { who, reference }: Session): Error {
  return imageNotFound({
    what: `There is no image ${formatReference(from)}.`,
    why:
      who === null ? `${reference.host} says so to those who are not signed in` : `${reference.host} says so to ${who}`,
    next: 'Check the name and the tag; for a private image, docker login.',
  })
}

function tooLarge(bytes: number): Error {
  return imageTooLarge({ what: `The image has ${bytes} bytes.`, next: 'Choose a smaller base.' })
}

function hugeConfig({ size }: Blob): Error {
  return damagedImage({ what: `The image has a config of ${size} bytes.`, next: 'Do not use this image.' })
}
