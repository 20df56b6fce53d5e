import { createHash } from 'node:crypto'
import { damagedImage } from './errors.ts'
import type { Blob } from './blob.ts'

/** Passes a blob's bytes on and throws `damaged-image` when they are not those its digest and size promise. */
export async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  blob: Blob,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > blob.size) throw damaged(blob, `it has more than ${blob.size} bytes`)
    hash.update(chunk)
    yield chunk
  }
  if (size !== blob.size) throw damaged(blob, `it has ${size} bytes instead of ${blob.size}`)
  const digest = `sha256:${hash.digest('hex')}`
  if (digest !== blob.digest) throw damaged(blob, `its digest is ${digest}`)
}

function damaged(blob: Blob, why: string): Error {
  return damagedImage({
    what: `The blob ${blob.digest} is not what it should be.`,
    why,
    next: 'Fetch or build the image again.',
  })
}
