import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { nodeHttp, nodeHttps } from '../../kit/node-http.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning of the body, as text. */
  readonly text: string
  /** Bytes and SHA-256 (hex) of the whole body. */
  readonly size: number
  readonly sha256: string
}

/** A page is looked at, not downloaded. */
const kept = 64 * 1024

/** One GET on a connection of its own, no redirect followed. Rejects when no answer comes within `timeout` milliseconds. */
export function ask(url: URL, headers: Readonly<Record<string, string>>, timeout: number): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? nodeHttps() : nodeHttp()
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false, signal: AbortSignal.timeout(timeout) }, response => {
      const hash = createHash('sha256')
      let [text, size] = ['', 0]
      response.on('data', (chunk: Buffer) => {
        hash.update(chunk)
        size += chunk.length
        if (text.length < kept) text += chunk.toString('latin1')
      })
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 0, headers: heard } = response
        resolve({ status: statusCode, headers: heard, text, size, sha256: hash.digest('hex') })
      })
    })
    sent.on('error', reject).end()
  })
}
