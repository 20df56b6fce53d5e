import type { Readable } from 'node:stream'

/** Reads a stream to its end: each line told as it comes, the last `keep` characters returned. */
export async function collect(
  stream: Readable | null,
  keep = 16 << 20,
  onLine: (line: string) => void,
): Promise<string> {
  if (!stream) return ''
  let kept = ''
  let partial = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream as AsyncIterable<string>) {
    kept = (kept + chunk).slice(-keep)
    const lines = (partial + chunk).split('\n')
    partial = (lines.pop() ?? '').slice(-keep) // A program that never ends its line must not fill our memory.
    for (const line of lines) onLine(line)
  }
  if (partial !== '') onLine(partial)
  return kept
}
