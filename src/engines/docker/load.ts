import { z } from 'zod'
import { streamArchive, type ImageView } from '../../oci/index.ts'
import { engineRefused } from '../errors.ts'
import { ApiError } from './client.ts'
import type { Daemon } from './daemon.ts'

export interface Loaded {
  /** Compressed bytes that were sent; 0 when the engine had it all. */
  readonly sent: number
}

/**
 * Brings an image into an engine's store under a name, sending only the layers it lacks: engines know a layer by its chain of diffIds and do
 * not read those they have. Where an engine insists (a store kept by containerd after its clean-up), the whole is sent. Throws `engine-refused`.
 */
export async function loadImage(daemon: Daemon, view: ImageView, name: string): Promise<Loaded> {
  if (await holds(daemon, name, view)) return { sent: 0 }
  const known = await knownLayers(daemon, view)
  if (known.size > 0) {
    try {
      return await send(daemon, view, name, known)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }
  try {
    return await send(daemon, view, name, new Set())
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw engineRefused({
      what: `${daemon.name} does not take the image.`,
      why: error.message,
      next: 'Look at its log, and at the space left on its disk.',
      cause: error,
    })
  }
}

const imageSchema = z.object({ Id: z.string(), RootFS: z.object({ Layers: z.array(z.string()).nullish() }) })

async function inspect({ client }: Daemon, image: string): Promise<z.infer<typeof imageSchema> | null> {
  try {
    const { body } = await client.call('GET', `/images/${encodeURIComponent(image)}/json`)
    return imageSchema.parse(JSON.parse(body.toString('utf8')))
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

/** The name may be that of an earlier image. */
async function holds(daemon: Daemon, name: string, { image }: ImageView): Promise<boolean> {
  const found = await inspect(daemon, name)
  // A store kept by containerd names an image by its manifest, the others by its config.
  return found !== null && [image.configDigest, image.digest].includes(prefixed(found.Id))
}

function prefixed(id: string): string {
  return id.startsWith('sha256:') ? id : `sha256:${id}`
}

/** Digests of the lowest layers that some image of the store has as its lowest, too. */
async function knownLayers(daemon: Daemon, { image }: ImageView): Promise<ReadonlySet<string>> {
  const { body } = await daemon.client.call('GET', '/images/json')
  const listed = z.array(z.object({ Id: z.string() })).parse(JSON.parse(body.toString('utf8')))
  let longest = 0
  for (const { Id } of listed.slice(0, 200)) {
    const theirs = (await inspect(daemon, Id))?.RootFS.Layers ?? []
    const same = image.layers.findIndex(({ diffId }, n) => theirs[n] !== diffId)
    longest = Math.max(longest, same < 0 ? image.layers.length : same)
  }
  return new Set(image.layers.slice(0, longest).map(({ digest }) => digest))
}

async function send(daemon: Daemon, view: ImageView, name: string, omit: ReadonlySet<string>): Promise<Loaded> {
  const body = streamArchive(view, { name, omit, layoutOnly: daemon.name === 'podman' })
  const answer = await daemon.client.call('POST', '/images/load', { query: { quiet: '1' }, body })
  for (const line of answer.body.toString('utf8').split('\n').filter(Boolean)) {
    // Docker answers 200 and tells of a failure in the stream.
    const told = parse(line)
    if (told.errorDetail ?? told.error) throw new ApiError(500, told.errorDetail?.message ?? told.error ?? '')
  }
  if ((await inspect(daemon, name)) === null) throw new ApiError(500, 'it took the image and does not know its name')
  const sent = view.image.layers.filter(({ digest }) => !omit.has(digest))
  return { sent: sent.reduce((sum, { size }) => sum + size, 0) }
}

interface Told {
  readonly error?: string
  readonly errorDetail?: { readonly message?: string }
}

function parse(line: string): Told {
  try {
    return JSON.parse(line) as Told
  } catch {
    return {}
  }
}
