import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { trustSystemCertificates } from './certificates.ts'
import { downloadFailed, wrongHash } from './errors.ts'
import { isWherryError } from './error.ts'
import { retryAfter } from './retry-after.ts'
import { retry } from './retry.ts'
import { redactUrl } from './secret.ts'

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Most bytes accepted; 64 MiB without it. */
  readonly limit?: number
  /** Milliseconds without a byte until the attempt is given up; 30 s without it. */
  readonly stall?: number
  readonly attempts?: number
  readonly signal?: AbortSignal
}

/** An answer other than 2xx that is final. `status` lets a caller treat 404 as an absence. */
export class HttpStatusError extends Error {
  readonly status: number
  /** Milliseconds to wait at least before another attempt. */
  readonly wait: number
  constructor(url: string, response: Response) {
    super(`${redactUrl(url)} answered ${response.status}`)
    this.status = response.status
    this.wait = retryAfter(response.headers.get('retry-after') ?? undefined, Date.now())
  }
}

const temporaryStatus = new Set([408, 425, 429, 500, 502, 503, 504])

/** GET, whole, in memory. Throws `download-failed` when it stays unreachable, HttpStatusError for a final answer such as 404. */
export async function get(url: string, options: GetOptions = {}): Promise<{ body: Uint8Array; headers: Headers }> {
  return attempts(url, options, async () => {
    const chunks: Uint8Array[] = []
    const { stream, headers, done } = await open(url, options)
    try {
      for await (const chunk of stream) chunks.push(chunk as Uint8Array)
    } finally {
      done()
    }
    return { body: Buffer.concat(chunks), headers }
  })
}

export interface Expected {
  /** Lower-case hex. */
  readonly sha256: string
  readonly size?: number | null
}

/**
 * GET into a new file, verified while it streams. Throws `wrong-hash` when the bytes are not the expected ones (nothing is left
 * behind), otherwise as `get`. Without expectations anything is taken. Gives the sha256. `onBytes` is told of progress.
 */
export async function download(
  url: string,
  path: string,
  expected: Expected | null,
  options: GetOptions & { readonly onBytes?: (n: number) => void } = {},
): Promise<string> {
  return attempts(url, options, async () => {
    const hash = createHash('sha256')
    let size = 0
    const limit = expected?.size ?? options.limit ?? 4 * 1024 ** 3
    // A chunk may reach past the promised size: that is a wrong file, not a failing server.
    // What is kept by its hash must come as it lies there: some servers would pack a file anew on its way, or claim to.
    const headers = { 'accept-encoding': 'identity', ...options.headers }
    const { stream, done } = await open(url, { ...options, headers, limit: limit + 1024 ** 2 })
    try {
      const tally = new Transform({
        transform(chunk: Buffer, _, next) {
          hash.update(chunk)
          size += chunk.length
          options.onBytes?.(chunk.length)
          next(size > limit ? tooMuch(url, expected, size) : null, chunk)
        },
      })
      await pipeline(stream, tally, createWriteStream(path, { flags: 'w' }))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    } finally {
      done()
    }
    const seen = hash.digest('hex')
    if (expected === null) return seen
    if (seen === expected.sha256 && (expected.size == null || expected.size === size)) return seen
    await rm(path, { force: true })
    throw refuse(url, expected, seen, size)
  })
}

function tooMuch(url: string, expected: Expected | null, size: number): Error {
  return expected === null ? new Error(`more than ${size} bytes`) : refuse(url, expected, 'more', size)
}

function refuse(url: string, expected: Expected, seen: string, size: number): Error {
  return wrongHash({
    what: `${redactUrl(url)} is not the file that was promised.`,
    why: `expected sha256 ${expected.sha256}${expected.size == null ? '' : ` and ${expected.size} bytes`}, got ${seen} and ${size} bytes`,
    next: 'Try again with another mirror; do not override the hash.',
  })
}

async function attempts<T>(url: string, options: GetOptions, attempt: () => Promise<T>): Promise<T> {
  try {
    return await retry(attempt, {
      ...(options.attempts === undefined ? {} : { attempts: options.attempts }),
      ...(options.signal ? { signal: options.signal } : {}),
      waitFor(error) {
        if (options.signal?.aborted || isWherryError(error)) return null
        if (error instanceof HttpStatusError) return temporaryStatus.has(error.status) ? error.wait : null
        return 0
      },
    })
  } catch (error) {
    if (isWherryError(error) || options.signal?.aborted) throw error
    if (error instanceof HttpStatusError && !temporaryStatus.has(error.status)) throw error
    throw downloadFailed({
      what: `${redactUrl(url)} could not be fetched.`,
      why: reason(error),
      next: 'Check the network, the proxy and the mirror settings, then run the command again.',
      cause: error,
    })
  }
}

async function open(
  url: string,
  options: GetOptions,
): Promise<{ stream: Readable; headers: Headers; done: () => void }> {
  const { address, headers } = credentialsAside(url)
  if (address.startsWith('https:')) trustSystemCertificates()
  const stalled = new AbortController()
  const stall = options.stall ?? 30_000
  const giveUp = (): void => stalled.abort(new Error(`no byte for ${stall / 1000} s`))
  const timer = setTimeout(giveUp, stall)
  const done = (): void => clearTimeout(timer)
  try {
    const signal = options.signal ? AbortSignal.any([stalled.signal, options.signal]) : stalled.signal
    const response = await fetch(address, { headers: { ...headers, ...options.headers }, signal })
    if (!response.ok) {
      await response.body?.cancel()
      throw new HttpStatusError(url, response)
    }
    const limit = options.limit ?? 64 * 1024 ** 2
    let seen = 0
    const guard = new Transform({
      transform(chunk: Buffer, _, next) {
        timer.refresh()
        seen += chunk.length
        next(seen > limit ? new Error(`more than ${limit} bytes`) : null, chunk)
      },
    })
    const body = response.body ? Readable.fromWeb(response.body as never) : Readable.from([])
    // `guard` carries the body's error to whoever reads it.
    pipeline(body, guard).catch(() => {})
    return { stream: guard, headers: response.headers, done }
  } catch (error) {
    done()
    throw error
  }
}

/** fetch refuses addresses with a password in them; it belongs in a header, which fetch drops when a redirect leaves the host. */
function credentialsAside(text: string): { address: string; headers: Record<string, string> } {
  const url = new URL(text)
  if (url.username === '' && url.password === '') return { address: text, headers: {} }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { address: url.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
