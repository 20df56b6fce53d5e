import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { damagedImage, imageTooLarge } from './errors.ts'

export interface InflateLimits {
  /** Most bytes that may come out; 16 GiB without it. */
  readonly most?: number
  /** How many times its own size a layer may grow, 200 without it; up to `free` bytes nobody asks, 256 MiB without it. */
  readonly ratio?: number
  readonly free?: number
}

/**
 * The tar inside a compressed layer. A few kilobytes can inflate to gigabytes, so growth is bounded. Throws `image-too-large`,
 * or `damaged-image` for what is no gzip, is cut short, or goes on after its end (Docker refuses that, too).
 */
export async function* inflate(
  source: AsyncIterable<Uint8Array>,
  limits: InflateLimits = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { most = 16 * 1024 ** 3, ratio = 200, free = 256 * 1024 ** 2 } = limits
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  let taken = 0
  let made = 0
  const count = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      taken += chunk.length
      yield chunk
    }
  }
  // The error reaches whoever reads `gunzip`.
  const fed = pipeline(Readable.from(count(), { objectMode: false }), gunzip).catch(() => {})
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      made += chunk.length
      if (made > most || made > free + taken * ratio) throw tooLarge(taken, made)
      yield chunk
    }
  } catch (error) {
    throw isZlibError(error) ? damaged(`its compressed data is damaged: ${error.message}`, error) : error
  } finally {
    gunzip.destroy()
    await fed
  }
  if (gunzip.bytesWritten !== taken) throw damaged('bytes follow the end of its compressed data')
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

function damaged(why: string, cause?: unknown): Error {
  return damagedImage({ what: 'A layer cannot be read.', why, next: 'Fetch or build the image again.', cause })
}

function tooLarge(taken: number, made: number): Error {
  return imageTooLarge({
    what: 'A layer inflates beyond all bounds.',
    why: `${taken} compressed bytes became more than ${made}`,
    next: 'Do not use this image.',
  })
}
