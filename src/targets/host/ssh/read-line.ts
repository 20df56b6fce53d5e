import type { Readable } from 'node:stream'

const longest = 1 << 20

/** The next line, without its newline; what follows stays in the stream. Null at its end, and for one that never ends. */
export async function readLine(stream: Readable): Promise<string | null> {
  let kept = Buffer.alloc(0)
  while (kept.length <= longest) {
    const chunk = stream.read() as Buffer | null
    if (chunk === null) {
      if (stream.readableEnded || stream.destroyed) return null
      await somethingNew(stream)
      continue
    }
    kept = Buffer.concat([kept, chunk])
    const end = kept.indexOf(10)
    if (end < 0) continue
    if (end + 1 < kept.length) stream.unshift(kept.subarray(end + 1))
    return kept.subarray(0, end).toString('utf8')
  }
  return null
}

function somethingNew(stream: Readable): Promise<void> {
  return new Promise(resolve => {
    const events = ['readable', 'end', 'close', 'error'] as const
    const settle = (): void => {
      for (const event of events) stream.off(event, settle)
      resolve()
    }
    for (const event of events) stream.on(event, settle)
  })
}
