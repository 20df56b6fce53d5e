import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { trustSystemCertificates } from './certificates.ts'
import { nodeHttp, nodeHttps } from './node-http.ts'

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

/**
 * A server may refuse a large body by its headers alone (too large, not allowed): asked first (RFC 9110 §10.1.1), it need not close
 * the connection on what is still being sent, which would lose its answer.
 */
const large = 256 * 1024
/** Milliseconds to wait for leave to send; not every server knows the question. */
const patience = 1000

/** Rejects with what the system says: the name unknown, the connection refused, cut or stalled, the certificate not trusted. */
export async function exchange(request: ExchangeRequest): Promise<Answer> {
  if (request.url.protocol === 'https:') trustSystemCertificates()
  const asksFirst = (request.body?.size ?? 0) > large
  const answer = await send(request, asksFirst)
  if (answer.status !== 417 || !asksFirst) return answer
  answer.discard()
  return send(request, false)
}

function send(request: ExchangeRequest, asksFirst: boolean): Promise<Answer> {
  const { body, stall = 30_000 } = request
  return new Promise((resolve, reject) => {
    const out = open(request, asksFirst)
    out.setTimeout(stall, () => out.destroy(new Error(`no byte for ${stall / 1000} s`)))
    out.on('error', reject)
    if (body === undefined) out.end()
    const start = (): void => {
      begin?.()
      begin = null
    }
    let begin: (() => void) | null = () => {
      if (body) pipeline(Readable.from(body.open(), { objectMode: false }), out).catch(reject)
    }
    const timer = setTimeout(start, asksFirst ? patience : 0)
    out.on('continue', start)
    // An answer may come before all is sent, a refusal for example: then it counts, whatever becomes of the rest.
    out.on('response', message => {
      const isEarly = body !== undefined && begin !== null
      begin = null
      resolve(answerOf(message, () => out.destroy(), isEarly))
    })
    out.on('close', () => clearTimeout(timer))
  })
}

function open({ url, method, headers, body, signal }: ExchangeRequest, asksFirst: boolean): ClientRequest {
  const isSecure = url.protocol === 'https:'
  const hasLength = body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH'
  const start = (isSecure ? nodeHttps() : nodeHttp()).request
  return start(url, {
    method,
    headers: {
      ...headers,
      ...(hasLength ? { 'content-length': body?.size ?? 0 } : {}),
      ...(asksFirst ? { expect: '100-continue' } : {}),
    },
    agent: agentFor(url),
    ...(signal ? { signal } : {}),
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

/** `isEarly`: the body was never sent, so that the connection waits for it and is of no further use. */
function answerOf(message: IncomingMessage, stop: () => void, isEarly: boolean): Answer {
  // Whoever iterates meets the error; nobody may: then it must not end the process.
  message.on('error', () => {})
  if (isEarly) message.on('end', stop)
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    body: message as AsyncIterable<Uint8Array>,
    discard: () => {
      // A short rest is read, so that the connection serves again.
      if (!isEarly && restOf(message) <= short) message.resume()
      else stop()
    },
  }
}

const short = 64 * 1024

/** Bytes an answer may still bring. */
function restOf({
  complete,
  headers,
  req,
  statusCode = 0,
}: IncomingMessage & { readonly req?: ClientRequest }): number {
  if (complete || req?.method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0
  return headers['content-length'] === undefined ? Infinity : Number(headers['content-length'])
}

type Agents = Readonly<Record<'http:' | 'https:', Agent>>

let far: Agents | undefined
let near: Agents | undefined

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY count, as for every other program of the machine; what runs on it is not asked by a proxy. */
function agentFor({ protocol, hostname }: URL): Agent {
  const isNear = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  const agents = isNear ? (near ??= makeAgents({})) : (far ??= makeAgents({ proxyEnv: process.env }))
  return agents[protocol === 'https:' ? 'https:' : 'http:']
}

function makeAgents(options: { readonly proxyEnv?: NodeJS.ProcessEnv }): Agents {
  return {
    'http:': new (nodeHttp().Agent)({ keepAlive: true, ...options }),
    'https:': new (nodeHttps().Agent)({ keepAlive: true, ...options }),
  }
}
