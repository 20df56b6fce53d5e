import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { nodeHttp } from '../../kit/node-http.ts'
import { redactUrl } from '../../kit/secret.ts'
import type { Address } from './address.ts'
import { dial } from './dial.ts'

/** The Docker Engine API over HTTP (docs.docker.com/reference/api/engine), which podman's service speaks, too. */
export interface Client {
  /** A whole answer. Rejects with ApiError for a status of 400 or more. */
  call(method: Method, path: string, options?: CallOptions): Promise<Answer>
  /** An answer read as it comes: an archive, a log. Whoever asks reads it to its end or destroys it. */
  open(method: Method, path: string, options?: CallOptions): Promise<IncomingMessage>
  /** The connection itself, both ways, after the answer's headers: what attach gives. */
  hijack(path: string, options?: CallOptions): Promise<Duplex>
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: AsyncIterable<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Milliseconds until the answer begins; without it as long as it takes. */
  readonly timeout?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** The engine said no. `message` is its own. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Most bytes of an answer that is kept whole. */
const largest = 64 << 20

/** `version` is the API's, as `/_ping` says it; every engine takes its own. Nothing is connected yet. */
export function openClient(address: Address, version: string | null): Client {
  const { Agent, request } = nodeHttp()
  const agent = new Agent({ keepAlive: true })
  const to = (method: Method, path: string, options: CallOptions): RequestOptions => ({
    method,
    path: `${version === null ? '' : `/v${version}`}${path}${queryOf(options.query)}`,
    headers: { host: 'docker', ...contentOf(options), ...options.headers },
    ...(options.signal ? { signal: options.signal } : {}),
    ...dial(address, agent),
  })
  const open: Client['open'] = async (method, path, options = {}) => {
    const asked = request(to(method, path, options))
    const answered = answerOf(asked)
    const timer = patience(asked, options.timeout)
    if (options.body) pipeline(options.body, asked).catch(error => asked.destroy(error as Error))
    else asked.end(options.json === undefined ? undefined : JSON.stringify(options.json))
    const answer = await answered.finally(() => clearTimeout(timer))
    if ((answer.statusCode ?? 0) >= 400) throw await refusal(answer)
    return answer
  }
  return {
    open,
    async call(method, path, options) {
      const answer = await open(method, path, options)
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: await gather(answer) }
    },
    hijack: (path, options = {}) =>
      new Promise((resolve, reject) => {
        const headers = { connection: 'Upgrade', upgrade: 'tcp', ...options.headers }
        const asked = request(to('POST', path, { ...options, headers }))
        asked.on('error', reject)
        asked.on('upgrade', (_, socket, head) => {
          if (head.length > 0) socket.unshift(head)
          resolve(socket)
        })
        asked.on('response', answer => {
          refusal(answer).then(reject, reject)
        })
        asked.end()
      }),
  }
}

/** Not the request's own setTimeout: what ssh gives is a stream, and no socket that could have one. */
function patience(asked: ClientRequest, ms: number | undefined): NodeJS.Timeout | undefined {
  if (ms === undefined) return undefined
  return setTimeout(() => asked.destroy(new Error(`no answer for ${ms} ms`)), ms)
}

function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on('response', resolve)
    asked.on('error', reject)
  })
}

async function refusal(answer: IncomingMessage): Promise<ApiError> {
  const text = (await gather(answer).catch(() => Buffer.alloc(0))).toString('utf8')
  let message = text.trim()
  try {
    const told = JSON.parse(text) as { message?: unknown; cause?: unknown }
    if (typeof told.message === 'string') message = told.message
  } catch {
    // Not every refusal is JSON.
  }
  return new ApiError(answer.statusCode ?? 0, redactUrl(message.slice(0, 2000)) || `status ${answer.statusCode}`)
}

async function gather(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largest) throw new Error(`the engine answered with more than ${largest} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function queryOf(query: CallOptions['query']): string {
  return query ? `?${new URLSearchParams(query).toString()}` : ''
}

function contentOf({ json, body }: CallOptions): Record<string, string> {
  if (body) return { 'content-type': 'application/x-tar' }
  return json === undefined ? { 'content-length': '0' } : { 'content-type': 'application/json' }
}
