import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

export type Compression = 'none' | 'gzip' | 'xz' | 'zstd'

/**
 * The plain bytes of a compressed stream. The caller reads them to the end or returns early; both free what is held. Throws on
 * damaged or truncated input, and when more than `limit` bytes would come out (a decompression bomb); 16 GiB without it.
 */
export async function* decompress(
  source: Readable,
  compression: Compression,
  limit: number = 16 * 1024 ** 3,
): AsyncGenerator<Uint8Array> {
  let seen = 0
  try {
    for await (const chunk of plain(source, compression)) {
      seen += chunk.length
      if (seen > limit) throw new Error(`more than ${limit} bytes come out of it`)
      yield chunk
    }
  } finally {
    source.destroy()
  }
}

function plain(source: Readable, compression: Compression): AsyncIterable<Uint8Array> {
  if (compression === 'none') return source
  if (compression === 'xz') return xz(source)
  const inflate = compression === 'gzip' ? createGunzip() : createZstdDecompress()
  source.once('error', error => inflate.destroy(error))
  return source.pipe(inflate)
}

/**
 * The decoder shares one WebAssembly memory between streams and must not be cancelled: a read that is under way would then write
 * into memory another stream owns by now. So whoever stops early makes its input fail, and waits until the decoder has seen that.
 */
async function* xz(source: Readable): AsyncGenerator<Uint8Array> {
  const { default: library } = await import('xz-decompress')
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  let stopped = false
  const input = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = stopped ? null : await chunks.next()
        if (next === null) controller.error(new Error('stopped'))
        else if (next.done) controller.close()
        else controller.enqueue(next.value)
      },
    },
    { highWaterMark: 0 },
  )
  const reader = new library.XzReadableStream(input).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      if (value.length > 0) yield value
    }
  } catch (error) {
    throw new Error('damaged or truncated xz data', { cause: error })
  } finally {
    stopped = true
    await readToEnd(reader)
  }
}

async function readToEnd(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  try {
    while (!(await reader.read()).done) continue
  } catch {
    // The failure that was asked for.
  }
}
