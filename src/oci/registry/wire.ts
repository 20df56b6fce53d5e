import { exchange, type Answer, type Body, type ExchangeRequest } from '../../kit/exchange.ts'
import { clock as machineClock, type Clock } from '../../kit/clock.ts'
import { isWherryError, type WherryError } from '../../kit/error.ts'
import { retryAfter } from '../../kit/retry-after.ts'
import { retry } from '../../kit/retry.ts'
import type { Environment } from './credential.ts'
import { registryFailing, registryUnreachable } from './errors.ts'
import type { Quirks } from './quirks.ts'

/** Requests to one registry and what belongs to it, as they go over the wire: no credentials, no redirects, but patience. */
export interface Wire {
  /** Scheme, host and port of its API. */
  readonly origin: URL
  readonly quirks: Quirks
  readonly env: Environment
  readonly signal?: AbortSignal
  readonly clock: Clock
  /** One attempt. Throws Broken for a connection that failed. */
  once(call: Call): Promise<Answer>
  /** Tries again what may be tried again; gives the last answer. Throws `registry-unreachable`, `registry-failing`. */
  persist(call: Call, attempt?: (call: Call) => Promise<Answer>): Promise<Answer>
}

export interface Call {
  readonly method: ExchangeRequest['method']
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
  /** Milliseconds without a byte until it is given up. */
  readonly stall?: number
}

/** A connection that failed before there was an answer. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/** What go-containerregistry and containerd try again, too. */
const temporary = new Set([408, 425, 429, 499, 500, 502, 503, 504, 522])

export function isTemporary(status: number): boolean {
  return temporary.has(status)
}

/** Attempts in all, and the longest wait a registry may ask for, in milliseconds. */
const attempts = 5
const longestWait = 120_000

export type WireOptions = Pick<Wire, 'origin' | 'quirks' | 'env' | 'signal'> & Partial<Pick<Wire, 'clock'>>

export function openWire(options: WireOptions): Wire {
  const { signal, quirks, clock = machineClock } = options
  const once = async (call: Call): Promise<Answer> => {
    try {
      return await exchange({
        ...call,
        headers: { 'user-agent': 'wherry', ...call.headers },
        ...(signal ? { signal } : {}),
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw new Broken(messageOf(error), { cause: error })
    }
  }
  return {
    ...options,
    clock,
    once,
    async persist(call, attempt = once) {
      try {
        return await retry(
          async () => {
            const answer = await attempt(call)
            if (!isTemporary(answer.status)) return answer
            answer.discard()
            throw new Busy(answer)
          },
          { attempts, cap: longestWait, waitFor, clock, ...(signal ? { signal } : {}) },
        )
      } catch (error) {
        throw explain(error, call.url, quirks)
      }
    },
  }
}

/** An answer that asks to come again. */
export class Busy extends Error {
  override readonly name = 'Busy'
  readonly status: number
  /** Milliseconds to wait at least. */
  readonly wait: number
  constructor({ status, headers }: Answer) {
    super(`it answers ${status}`)
    this.status = status
    this.wait = retryAfter(headers['retry-after'], Date.now())
  }
}

/** An upload that must be begun anew; `answer` is the error to tell when that does not help. */
export class Again extends Error {
  override readonly name = 'Again'
  readonly answer: WherryError | null
  constructor(answer: WherryError | null) {
    super(answer?.message ?? 'it does not say how far it got', { cause: answer })
    this.answer = answer
  }
}

/** Milliseconds until another attempt; null when there is to be none. */
export function waitFor(error: unknown): number | null {
  if (error instanceof Again) return 0
  if (error instanceof Broken) return isHopeless(error.cause) ? null : 0
  return error instanceof Busy && error.wait <= longestWait ? error.wait : null
}

/** What is thrown when patience has ended. */
export function explain(error: unknown, url: URL, quirks: Quirks): unknown {
  if (error instanceof Busy) {
    const asked = error.wait > longestWait ? `, and asks to wait ${Math.round(error.wait / 1000)} s` : ''
    return registryFailing({
      what: error.status === 429 ? `${url.host} has had too many requests.` : `${url.host} fails.`,
      why: `it answers ${error.status}${asked}`,
      next: (error.status === 429 ? quirks.limit : undefined) ?? 'Run the command again later.',
      cause: error,
    })
  }
  if (!(error instanceof Broken) || isWherryError(error)) return error
  return registryUnreachable({
    what: `The registry ${url.host} cannot be reached.`,
    why: error.message,
    next: nextFor(error, url),
    cause: error,
  })
}

function nextFor({ cause }: Broken, url: URL): string {
  const code = codeOf(cause)
  if (/CERT|ISSUER|SIGNATURE|CHAIN|ALTNAME/.test(code))
    return 'Put the authority that signed its certificate into the system’s store of certificates.'
  if (isNotTls(cause)) return `It speaks plain http. If the way to it is safe: export WHERRY_PLAIN_HTTP=${url.host}`
  return 'Check its name, the network and the proxy (HTTPS_PROXY), then run the command again.'
}

/** The other side does not speak TLS. */
export function isNotTls(error: unknown): boolean {
  return /^EPROTO$|^ERR_SSL_|WRONG_VERSION/.test(codeOf(error))
}

/** Another attempt would end the same way. */
function isHopeless(error: unknown): boolean {
  return isNotTls(error) || /CERT|ISSUER|SIGNATURE|CHAIN|ALTNAME|^ENOTFOUND$/.test(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Node gives the errors of every address of a host, and no text of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
