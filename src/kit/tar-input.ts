import { TarError } from './tar-error.ts'

/** Bytes of everything in a tar: headers are one block, bodies are filled up to whole ones. */
export const block = 512

/** A stream of bytes as a reader of tar needs it: by the block, and the body of a member for whoever wants it. */
export interface Input {
  /** Exactly n bytes, or null at a clean end. */
  take(n: number): Promise<Uint8Array | null>
  /** A whole padded body, in memory. */
  body(n: number): Promise<Uint8Array>
  /** Begins a body, which `chunks` gives and `skip` passes over, as far as it was not given. */
  open(size: number): void
  chunks(): AsyncIterable<Uint8Array>
  skip(): Promise<void>
  close(): Promise<void>
}

/** All of it throws TarError when the stream ends too soon. */
export function openInput(source: AsyncIterable<Uint8Array>): Input {
  const pieces: Pieces = { iterator: source[Symbol.asyncIterator](), rest: new Uint8Array(0) }
  let left = 0
  let padding = 0
  async function* chunks(): AsyncGenerator<Uint8Array> {
    while (left > 0) {
      const part = await some(pieces, left)
      if (part === null) throw tooShort()
      left -= part.length
      yield part
    }
  }
  return {
    chunks,
    take: n => take(pieces, n),
    open(size) {
      left = size
      padding = paddingOf(size)
    },
    async body(size) {
      const bytes = (await exactly(pieces, size)).slice()
      await exactly(pieces, paddingOf(size))
      return bytes
    },
    async skip() {
      for await (const _ of chunks()) continue
      await exactly(pieces, padding)
    },
    async close() {
      await pieces.iterator.return?.()
    },
  }
}

interface Pieces {
  readonly iterator: AsyncIterator<Uint8Array>
  /** What came and is not taken yet. */
  rest: Uint8Array
}

/** At most n bytes of what is there; null at the end of the stream. */
async function some(pieces: Pieces, n: number): Promise<Uint8Array | null> {
  while (pieces.rest.length === 0) {
    const { done, value } = await pieces.iterator.next()
    if (done) return null
    pieces.rest = value
  }
  const part = pieces.rest.subarray(0, n)
  pieces.rest = pieces.rest.subarray(part.length)
  return part
}

async function take(pieces: Pieces, n: number): Promise<Uint8Array | null> {
  const first = await some(pieces, n)
  if (first === null || first.length === n) return first
  const whole = new Uint8Array(n)
  whole.set(first)
  for (let at = first.length; at < n;) {
    const part = await some(pieces, n - at)
    if (part === null) throw tooShort()
    whole.set(part, at)
    at += part.length
  }
  return whole
}

async function exactly(pieces: Pieces, n: number): Promise<Uint8Array> {
  const bytes = n === 0 ? new Uint8Array(0) : await take(pieces, n)
  if (bytes === null) throw tooShort()
  return bytes
}

function paddingOf(size: number): number {
  return (block - (size % block)) % block
}

function tooShort(): TarError {
  return new TarError('it ends in the middle of a member')
}
