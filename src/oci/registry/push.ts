import type { Cache } from '../../kit/cache.ts'
import { mapParallel } from '../../kit/parallel.ts'
import type { ImageRef } from '../../model/image.ts'
import type { Blob } from '../blob.ts'
import { checked } from '../checked.ts'
import { digestOf } from '../digest.ts'
import { encodeManifest } from '../manifest.ts'
import { mediaTypes, type Dialect } from '../media-types.ts'
import type { ImageView } from '../view.ts'
import { openBudget } from './budget.ts'
import { knownPlace, rememberPlace } from './known-places.ts'
import { askDigest, putManifest, type Manifest } from './manifest.ts'
import { formatReference, type Reference } from './reference.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import type { Transfer, Watch } from './transfer.ts'
import { uploadBlob } from './upload.ts'
import { quirksOf } from './quirks.ts'

export interface PushOptions extends Pick<SessionOptions, 'env' | 'signal' | 'clock'> {
  /** Remembers which repositories hold which blobs. */
  readonly cache: Cache
  /** The image's own without it; some registries take only one, whatever is said here. */
  readonly dialect?: Dialect
  readonly watch?: Watch
}

/** Blobs that travel at once: more only take the line from each other. */
const atOnce = 4
/** Repositories a token is asked for beside the own: each makes the request longer. */
const mostSources = 4

/**
 * Pushes an image: what the registry lacks, then the manifest by its digest, the tag last, so that a tag never names what is not whole.
 * The digest is the registry's own word. Throws `registry-unreachable`, `registry-failing`, `registry-denied`, `registry-refused`,
 * `registry-unsafe`, `registry-wrong-digest`, `bad-registry-credentials`, `damaged-image`.
 */
export async function pushImage(view: ImageView, to: Reference, options: PushOptions): Promise<ImageRef> {
  const manifest = manifestIn(quirksOf(to.host).dialect ?? options.dialect ?? null, view)
  const sources = await sourcesOf(view, to, options.cache)
  const also = [...new Set(sources.values())].slice(0, mostSources)
  const session = await openSession(to, { ...options, write: true, also })
  const ref = { reference: formatReference({ ...to, digest: manifest.digest }), digest: manifest.digest }
  const known = await askDigest(to.tag ?? manifest.digest, session)
  if (known === manifest.digest) {
    for (const { digest, size } of view.image.layers) options.watch?.({ digest, state: 'there', bytes: size })
    return ref
  }
  await pushBlobs(view, sources, session, options)
  if (!session.quirks.tagOnly || to.tag === null) await putManifest(manifest, manifest.digest, session)
  if (to.tag !== null) await putManifest(manifest, to.tag, session)
  return ref
}

async function pushBlobs(
  view: ImageView,
  sources: ReadonlyMap<string, string>,
  session: Session,
  { cache, watch = () => {} }: PushOptions,
): Promise<void> {
  const { host, repository } = session.reference
  const { image, config } = view
  // Two layers may be the same blob.
  const layers = [...new Map(image.layers.map(layer => [layer.digest, layer])).values()]
  const budget = openBudget(layers.reduce((sum, { size }) => sum + size, config.length))
  const common: Transfer = { budget, watch }
  await mapParallel(layers, atOnce, async layer => {
    const { digest, size } = layer
    const open = (): AsyncIterable<Uint8Array> => checked(view.open(layer), layer)
    await uploadBlob({ digest, size, open }, session, { ...common, from: sources.get(digest) ?? null })
    await rememberPlace(digest, host, repository, cache)
  })
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield config
  }
  await uploadBlob({ digest: image.configDigest, size: config.length, open }, session, { ...common, from: null })
}

/** The same image's manifest in a dialect: the config and so the image ID stay, the manifest's digest does not. */
function manifestIn(dialect: Dialect | null, { image, manifest, mediaType, config }: ImageView): Manifest {
  if (dialect === null || mediaTypes[dialect].manifest === mediaType)
    return { bytes: manifest, mediaType, digest: image.digest }
  const bytes = encodeManifest(image.layers, config, image.config.labels, dialect)
  return { bytes, mediaType: mediaTypes[dialect].manifest, digest: digestOf(bytes) }
}

async function sourcesOf(
  { image }: ImageView,
  { host, repository }: Reference,
  cache: Cache,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const { digest } of image.layers as readonly Blob[]) {
    const place = await knownPlace(digest, host, cache)
    if (place !== null && place !== repository) found.set(digest, place)
  }
  return found
}
