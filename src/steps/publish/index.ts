import type { Cache } from '../../kit/cache.ts'
import { count, list } from '../../kit/text.ts'
import type { Report } from '../../model/event.ts'
import type { Image, ImageRef } from '../../model/image.ts'
import { viewKept, type Dialect } from '../../oci/index.ts'
import {
  badReference,
  formatReference,
  parseReference,
  pushImage,
  tellMovements,
  type Movement,
  type Reference,
} from '../../oci/registry/index.ts'

export interface PublishOptions {
  readonly cache: Cache
  readonly report: Report
  readonly dialect?: Dialect
  readonly signal?: AbortSignal
}

/** Where `--to` means; without a tag `latest`, as everywhere. Throws `bad-image-reference`. */
export function parsePlace(to: string): Reference {
  const place = parseReference(to)
  if (place.digest === null) return { ...place, tag: place.tag ?? 'latest' }
  throw badReference({
    what: `An image cannot be published to ${to.slice(0, 200)}.`,
    why: 'a digest is what comes out',
    next: 'Name a tag instead, or nothing.',
  })
}

/** Image → ImageRef: brings the image, which lies in the cache, to a registry. Throws as `pushImage`. */
export async function publish(image: Image, to: Reference, options: PublishOptions): Promise<ImageRef> {
  const { cache, report, dialect, signal } = options
  const place = formatReference(to)
  const task = `publishing to ${place}`
  report({ step: 'publish', level: 'start', task, text: task })
  const states = new Map<string, Movement['state']>()
  const tell = tellMovements({ report, step: 'publish', verb: 'sending', layers: byDigest(image) })
  const ref = await pushImage(await viewKept(image, cache), to, {
    cache,
    watch(movement) {
      states.set(movement.digest, movement.state)
      tell(movement)
    },
    ...(dialect ? { dialect } : {}),
    ...(signal ? { signal } : {}),
  })
  report({ step: 'publish', level: 'done', task, text: summary(image, states, place) })
  return ref
}

function byDigest(image: Image): Map<string, Image['layers'][number]> {
  return new Map(image.layers.map(layer => [layer.digest, layer]))
}

function summary({ layers }: Image, states: ReadonlyMap<string, Movement['state']>, place: string): string {
  const number = (state: Movement['state']): number =>
    layers.filter(({ digest }) => states.get(digest) === state).length
  const parts = [
    [number('done'), 'sent'],
    [number('mounted'), 'taken from another repository'],
    [number('there'), 'there already'],
  ] as const
  const told = parts.filter(([n]) => n > 0).map(([n, what], i) => `${i === 0 ? count(n, 'layer') : n} ${what}`)
  return `${place}: ${list(told)}`
}
