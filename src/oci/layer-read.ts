import { Buffer } from 'node:buffer'
import type { Cache } from '../kit/cache.ts'
import { TarError } from '../kit/tar-error.ts'
import { readTar, type TarMember } from '../kit/tar-read.ts'
import type { Layer } from '../model/image.ts'
import { readBlob } from './blob.ts'
import { damagedImage } from './errors.ts'
import { inflate } from './inflate.ts'
import type { ImageView } from './view.ts'

/** The members of a layer in the cache, in order, their names made safe. Throws `damaged-image` or `image-too-large`. */
export function readLayer(layer: Layer, cache: Cache): AsyncGenerator<TarMember, void, undefined> {
  return readMembers(layer, { open: ({ digest, size }) => readBlob(cache, { digest, size }) })
}

/** The same for a layer of any image, wherever its bytes are. Throws `damaged-image` or `image-too-large`. */
export async function* readMembers(
  layer: Layer,
  view: Pick<ImageView, 'open'>,
): AsyncGenerator<TarMember, void, undefined> {
  try {
    yield* readSafely(inflate(view.open(layer)))
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    throw damagedImage({
      what: `The layer ${layer.digest} cannot be read.`,
      why: error.message,
      next: 'Fetch or build the image again, or choose another base.',
      cause: error,
    })
  }
}

/**
 * The members of a tar, each `path` (and a hard link's target) relative, without `.`, `..` or slashes at its ends; '' is the root. A name
 * with a slash in front means a place below the root, as every engine takes it: Kaniko writes the root itself as `/`.
 * The source is read to its end, past the archive's, so that whoever feeds it can judge the whole. Throws TarError.
 */
export async function* readSafely(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember, void, undefined> {
  const chunks = source[Symbol.asyncIterator]()
  try {
    for await (const member of readTar({ [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }))
      yield {
        ...member,
        path: safePath(member.path),
        link: member.type === 'hardlink' ? safePath(member.link) : member.link,
      }
    while (!(await chunks.next()).done);
  } finally {
    await chunks.return?.()
  }
}

/** What a name says when it is a deletion mark (image-spec layer.md, "Whiteouts"), otherwise null. */
export function whiteoutOf(path: string): { readonly removes: string } | { readonly empties: string } | null {
  const slash = path.lastIndexOf('/') + 1
  const name = path.slice(slash)
  if (!name.startsWith('.wh.')) return null
  if (name === '.wh..wh..opq') return { empties: path.slice(0, Math.max(0, slash - 1)) }
  const removed = name.slice('.wh.'.length)
  if (removed === '' || removed === '.' || removed === '..')
    throw new TarError(`${JSON.stringify(path)} deletes nothing that has a name`)
  return { removes: path.slice(0, slash) + removed }
}

function safePath(path: string): string {
  const fault = (what: string): Error => new TarError(`${JSON.stringify(path.slice(0, 200))} ${what}`)
  if (path === '' || path.includes('\0')) throw fault('is not a name')
  // The reader puts U+FFFD for what is not UTF-8: two such names could become one.
  if (path.includes('\uFFFD')) throw fault('is not UTF-8')
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  if (parts.includes('..')) throw fault('leads out of the archive')
  if (path.length > 4095 || parts.some(part => Buffer.byteLength(part) > 255)) throw fault('is too long')
  return parts.join('/')
}
