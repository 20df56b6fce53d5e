import type { Readable } from 'node:stream'

/** Reads a stream to its end, or until it is destroyed: each line told as it comes, the last `keep` characters returned. */
export async function collect(
  stream: Readable | null,
  keep = 16 << 20,
  onLine: (line: string) => void,
): Promise<string> {
  if (!stream) return ''
  let kept = ''
  let partial = ''
  stream.setEncoding('utf8')
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      kept = atMost(kept + chunk, keep)
      let start = 0
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        onLine((partial + chunk.slice(start, end)).slice(-keep))
        partial = ''
        start = end + 1
      }
      partial = atMost(partial + chunk.slice(start), keep) // A program that never ends its line must not fill our memory.
    }
  } catch (error) {
    if (!isDestroyed(error)) throw error
  }
  if (partial !== '') onLine(partial.slice(-keep))
  return kept.slice(-keep)
}

/** Cut only once there is much more: a cut copies what stays, and a program may say gigabytes. */
function atMost(text: string, keep: number): string {
  return text.length > keep + Math.min(keep, mostSpare) ? text.slice(-keep) : text
}

/** Characters beyond what is kept; with the 256 Mi that a list of git may have, less than a string can hold. */
const mostSpare = 64 << 20

/** Whoever destroyed it wanted no more of it. */
function isDestroyed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
