import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { trustSystemCertificates } from './certificates.ts'

/**
 * One HTTP request and its answer, for protocols that send large bodies and must see every status, redirects included: nothing is
 * followed, retried or remembered (no cookies). `kit/http` is for plain downloads.
 */
export interface ExchangeRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  /** Milliseconds without a byte in either direction until it is given up; 30 s without it. */
  readonly stall?: number
  readonly signal?: AbortSignal
}

export interface Body {
  /** Bytes; the server is told. */
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** To be read to its end, or discarded. */
  readonly body: AsyncIterable<Uint8Array>
  /** Lets go of the connection without reading the rest. */
  discard(): void
}

/** Rejects with what the system says: the name unknown, the connection refused, cut or stalled, the certificate not trusted. */
export async function exchange(request: ExchangeRequest): Promise<Answer> {
  const isSecure = request.url.protocol === 'https:'
  if (isSecure) trustSystemCertificates()
  const { body, stall = 30_000 } = request
  return new Promise((resolve, reject) => {
    const send = isSecure ? httpsRequest : httpRequest
    const out = send(request.url, {
      method: request.method,
      headers: { ...request.headers, ...(hasLength(request) ? { 'content-length': body?.size ?? 0 } : {}) },
      agent: isSecure ? agents().https : agents().http,
      ...(request.signal ? { signal: request.signal } : {}),
    })
    out.setTimeout(stall, () => out.destroy(new Error(`no byte for ${stall / 1000} s`)))
    out.on('error', reject)
    // An answer may come before all is sent, a refusal for example: then it counts, whatever becomes of the rest.
    out.on('response', message => resolve(answerOf(message, () => out.destroy())))
    if (body === undefined) out.end()
    else pipeline(Readable.from(body.open(), { objectMode: false }), out).catch(reject)
  })
}

/** The whole body of an answer, for messages and documents. Throws when it is longer than `limit` bytes. */
export async function readAll(answer: Answer, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > limit) {
      answer.discard()
      throw new Error(`an answer of more than ${limit} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function hasLength({ method, body }: ExchangeRequest): boolean {
  return body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH'
}

function answerOf(message: IncomingMessage, stop: () => void): Answer {
  // Whoever iterates meets the error; nobody may: then it must not end the process.
  message.on('error', () => {})
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    body: message as AsyncIterable<Uint8Array>,
    discard: () => {
      if (message.complete) message.resume()
      else stop()
    },
  }
}

interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

let made: Agents | undefined

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY count, as for every other program of the machine. */
function agents(): Agents {
  const options = { keepAlive: true, proxyEnv: process.env } as const
  return (made ??= { http: new HttpAgent(options), https: new HttpsAgent(options) })
}
