import type { Clock } from '../../kit/clock.ts'
import type { Answer } from '../../kit/exchange.ts'
import { parseChallenges, type Challenge } from './challenge.ts'
import type { Credential, Environment } from './credential.ts'
import { findCredential } from './find-credential.ts'
import { allowsPlainHttp, apiHost } from './hosts.ts'
import { quirksOf, type Quirks } from './quirks.ts'
import type { Reference } from './reference.ts'
import { followed, hop } from './redirect.ts'
import { askToken, basic, type Token } from './token.ts'
import { Broken, isNotTls, openWire, type Call, type Wire } from './wire.ts'

/** Requests about one repository, with what lets us in. */
export interface Session {
  readonly reference: Reference
  readonly quirks: Quirks
  /** Whose credentials are used, for messages; null for nobody's. */
  readonly who: string | null
  /** An address below the repository: `blobs/uploads/`. */
  at(path: string, query?: Readonly<Record<string, string>>): URL
  /** Where a Location leads. Throws `registry-unsafe`. */
  hop(location: string, from: URL): URL
  /** One attempt; of redirects only those of reading are followed. Throws Broken, `registry-unsafe`. */
  once(call: Call): Promise<Answer>
  /** The same with patience. Throws `registry-unreachable`, `registry-failing`, `registry-unsafe`. */
  ask(call: Call): Promise<Answer>
  /** Milliseconds until what was refused for now is tried again; rejects when the caller gives up. */
  wait(ms: number): Promise<void>
}

export interface SessionOptions {
  readonly write?: boolean
  /** Other repositories of this registry to read from. */
  readonly also?: readonly string[]
  readonly env?: Environment
  readonly signal?: AbortSignal
  /** The machine's own without it. */
  readonly clock?: Clock
}

/** Opens a session. Throws `registry-unreachable`, `bad-registry-credentials`. */
export async function openSession(reference: Reference, options: SessionOptions = {}): Promise<Session> {
  const { env = process.env, signal, clock } = options
  const quirks = quirksOf(reference.host)
  const credential = await findCredential(reference.host, reference.repository, env)
  const origin = await originOf(reference.host, env, signal)
  const wire = openWire({ origin, quirks, env, ...(signal ? { signal } : {}), ...(clock ? { clock } : {}) })
  const scopes = [
    `repository:${reference.repository}:${options.write ? 'pull,push' : 'pull'}`,
    ...(options.also ?? []).map(name => `repository:${name}:pull`),
  ]
  const authority = openAuthority({ wire, credential, scopes })
  const once = (call: Call): Promise<Answer> => followed(call, wire, one => authority.send(one))
  return {
    reference,
    quirks,
    who: credential === null ? null : credential.kind === 'password' ? credential.user : 'a token',
    at(path, query = {}) {
      const url = new URL(`/v2/${reference.repository}/${path}`, origin)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return url
    },
    hop: (location, from) => hop(location, from, wire),
    once,
    ask: call => wire.persist(call, once),
    wait: ms => wire.clock.sleep(ms, signal),
  }
}

interface Authority {
  send(call: Call): Promise<Answer>
}

interface Grounds {
  readonly wire: Wire
  readonly credential: Credential | null
  readonly scopes: readonly string[]
}

/** Adds what lets us in to requests to the registry's own origin, renewing it before it ends and once when it is refused. */
function openAuthority({ wire, credential, scopes }: Grounds): Authority {
  let challenge: Challenge | null = null
  let asked: Promise<Token | null> | null = null
  const askOnce = (current: Challenge): Promise<Token | null> =>
    askToken({ challenge: current, scopes, credential }, wire).catch((error: unknown) => {
      asked = null
      throw error
    })
  // Layers travel side by side: the first that meets the end of a token renews it for all. Refused credentials are not tried again.
  const token = async (current: Challenge, stale: Token | null): Promise<Token | null> => {
    for (;;) {
      const isNew = asked === null
      const waiting: Promise<Token | null> = (asked ??= askOnce(current))
      const got = await waiting
      if (got === null || isNew || (got !== stale && got.renew > wire.clock.now())) return got
      if (asked === waiting) asked = null
    }
  }
  const header = async (old: Token | null): Promise<{ text: string | null; token: Token | null }> => {
    if (credential?.kind === 'bearer') return { text: `Bearer ${credential.token.reveal()}`, token: null }
    if (challenge?.scheme === 'basic')
      return { text: credential?.kind === 'password' ? basic(credential) : null, token: null }
    const now = challenge === null ? null : await token(challenge, old)
    return { text: now === null ? null : `Bearer ${now.value.reveal()}`, token: now }
  }
  return {
    async send(call) {
      if (call.url.origin !== wire.origin.origin) return wire.once(call)
      const first = await header(null)
      const answer = await wire.once(withHeader(call, first.text))
      if (answer.status !== 401) return answer
      challenge ??= chooseChallenge(answer)
      const second = await header(first.token)
      if (second.text === null || second.text === first.text) return answer
      answer.discard()
      return wire.once(withHeader(call, second.text))
    },
  }
}

function withHeader(call: Call, authorization: string | null): Call {
  return authorization === null ? call : { ...call, headers: { ...call.headers, authorization } }
}

function chooseChallenge({ headers }: Answer): Challenge | null {
  const offered = parseChallenges(headers['www-authenticate'] ?? '')
  return offered.find(({ scheme }) => scheme === 'bearer') ?? offered.find(({ scheme }) => scheme === 'basic') ?? null
}

/** Https, always; where plain http is allowed, it is taken when the other side speaks no TLS. Throws `registry-unreachable`. */
async function originOf(host: string, env: Environment, signal?: AbortSignal): Promise<URL> {
  const secure = new URL(`https://${apiHost(host)}`)
  if (!allowsPlainHttp(host, env)) return secure
  const wire = openWire({ origin: secure, quirks: quirksOf(host), env, ...(signal ? { signal } : {}) })
  try {
    ;(await wire.once({ method: 'GET', url: new URL('/v2/', secure), stall: 5000 })).discard()
    return secure
  } catch (error) {
    // Not every server says that it speaks no TLS: some hang up.
    const cause = error instanceof Broken ? error.cause : error
    const hangsUp = cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET'
    return isNotTls(cause) || hangsUp ? new URL(`http://${host}`) : secure
  }
}
