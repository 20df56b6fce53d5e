import type { Duplex } from 'node:stream'
import { PassThrough, type Readable } from 'node:stream'

export interface Streams {
  readonly stdout: Readable
  readonly stderr: Readable
  /** The container's end of them is closed. */
  readonly done: Promise<void>
}

/**
 * A program without a terminal has two streams on one connection: each piece after eight bytes, which are the stream (1 stdout, 2 stderr),
 * three zeros and the length, big-endian (Engine API, "Stream format" of ContainerAttach).
 */
export function splitFrames(source: AsyncIterable<Uint8Array>): Streams {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const done = pump(source, { 1: stdout, 2: stderr })
  // Whoever reads the streams learns of a broken connection from `done`.
  done.catch(() => {}).finally(() => [stdout, stderr].forEach(stream => stream.end()))
  return { stdout, stderr, done }
}

async function pump(source: AsyncIterable<Uint8Array>, to: Readonly<Record<number, PassThrough>>): Promise<void> {
  let header = Buffer.alloc(0)
  let left = 0
  let current: PassThrough | undefined
  for await (const piece of source) {
    let chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    while (chunk.length > 0) {
      if (left === 0) {
        const taken = chunk.subarray(0, 8 - header.length)
        header = Buffer.concat([header, taken])
        chunk = chunk.subarray(taken.length)
        if (header.length < 8) break
        current = to[header.readUInt8(0)]
        left = header.readUInt32BE(4)
        header = Buffer.alloc(0)
        continue
      }
      const body = chunk.subarray(0, left)
      left -= body.length
      chunk = chunk.subarray(body.length)
      // A slow reader must not fill our memory.
      if (current && !current.write(body)) await drained(current)
    }
  }
  if (left > 0 || header.length > 0) throw new Error('the engine’s stream ended in the middle of a piece')
}

function drained(stream: PassThrough): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      stream.off('drain', go).off('close', go)
      resolve()
    }
    stream.on('drain', go).on('close', go)
  })
}

/** Gives the program its input and closes it, while its output is still read. */
export function feed(connection: Duplex, input: string | Uint8Array): void {
  connection.on('error', () => {}) // A program that ends before it read its input is judged by its exit code.
  connection.end(input)
}
