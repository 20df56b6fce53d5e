import { z } from 'zod'
import { readAll, type Answer } from '../../kit/exchange.ts'
import { readJson } from '../../kit/json.ts'
import { Secret } from '../../kit/secret.ts'
import type { Challenge } from './challenge.ts'
import type { Credential } from './credential.ts'
import { registryFailing, registryUnsafe } from './errors.ts'
import { allowsPlainHttp, belongsTo, isPrivateAddress, listed } from './hosts.ts'
import type { Call, Wire } from './wire.ts'

/** A token of a registry's token server (distribution's token and OAuth2 specifications). */
export interface Token {
  readonly value: Secret
  /** When to ask for another, in milliseconds of the wire's clock: before it ends, for requests take their way. */
  readonly renew: number
}

export interface TokenRequest {
  readonly challenge: Challenge
  /** The repository's own first; others are done without where they are refused. */
  readonly scopes: readonly string[]
  readonly credential: Credential | null
}

const answerSchema = z.object({
  token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
})

/**
 * Asks for a token: GET with the password, or POST where only an identity token is known or the server knows no GET. Null when the
 * credentials are refused. Throws `registry-unsafe`, `registry-failing` and what the wire throws.
 */
export async function askToken(request: TokenRequest, wire: Wire): Promise<Token | null> {
  const realm = realmOf(request, wire)
  const { credential } = request
  const first = credential?.kind === 'identity' ? post(realm, request) : get(realm, request)
  let answer = await wire.persist(first)
  if ((answer.status === 404 || answer.status === 405) && credential?.kind === 'password') {
    answer.discard()
    answer = await wire.persist(post(realm, request))
  }
  if (answer.status === 401) {
    answer.discard()
    return null
  }
  if (answer.status === 400 || answer.status === 403) {
    answer.discard()
    // Some servers refuse all for one repository that may not be read; the others are only there to save an upload.
    const [own = '', ...others] = request.scopes
    return others.length > 0 ? askToken({ ...request, scopes: [own] }, wire) : null
  }
  return readToken(answer, realm, wire)
}

/** Where to ask. Credentials go there, so it must be safe and belong to the registry. Throws `registry-unsafe`. */
function realmOf({ challenge, credential }: TokenRequest, { origin, env, quirks }: Wire): URL {
  const text = challenge.parameters.get('realm') ?? ''
  const fault = (why: string): Error =>
    registryUnsafe({
      what: `${origin.host} sends us to ${JSON.stringify(text.slice(0, 200))} for a token.`,
      why,
      next: 'If you trust that server with your password: export WHERRY_TOKEN_SERVERS=<its host>',
    })
  const realm = URL.canParse(text) ? new URL(text) : null
  if (realm === null || realm.username !== '' || realm.password !== '')
    throw fault('it is no address of a token server')
  const isPlain = realm.protocol === 'http:' && origin.protocol === 'http:' && allowsPlainHttp(realm.host, env)
  if (realm.protocol !== 'https:' && !isPlain) throw fault('it is not encrypted')
  const isOwn = realm.hostname === origin.hostname
  if (!isOwn && isPrivateAddress(realm.hostname) && !isPrivateAddress(origin.hostname))
    throw fault('it lies in a private network')
  const known = [...(quirks.tokenServers ?? []), ...listed(env['WHERRY_TOKEN_SERVERS'])]
  if (credential !== null && !belongsTo(realm.hostname, origin.hostname, known))
    throw fault('it does not belong to the registry')
  return realm
}

function get(realm: URL, { challenge, scopes, credential }: TokenRequest): Call {
  const url = new URL(realm)
  const service = challenge.parameters.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  return { method: 'GET', url, headers: credential?.kind === 'password' ? { authorization: basic(credential) } : {} }
}

function post(realm: URL, { challenge, scopes, credential }: TokenRequest): Call {
  const grant: Record<string, string> =
    credential?.kind === 'password'
      ? { grant_type: 'password', username: credential.user, password: credential.password.reveal() }
      : { grant_type: 'refresh_token', refresh_token: credential?.token.reveal() ?? '' }
  const service = challenge.parameters.get('service') ?? ''
  const form = new URLSearchParams({ ...grant, service, client_id: 'wherry', scope: scopes.join(' ') })
  const bytes = Buffer.from(form.toString())
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: {
      size: bytes.length,
      open: async function* () {
        yield bytes
      },
    },
  }
}

export function basic({ user, password }: Credential & { readonly kind: 'password' }): string {
  return `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`
}

async function readToken(answer: Answer, realm: URL, { clock }: Wire): Promise<Token> {
  const fault = (why: string): Error =>
    registryFailing({
      what: `The token server ${realm.host} gives no token.`,
      why,
      next: 'Run the command again later.',
    })
  if (answer.status !== 200) {
    answer.discard()
    throw fault(`it answers ${answer.status}`)
  }
  const bytes = await readAll(answer, 1024 ** 2).catch(() => new Uint8Array(0))
  const document = answerSchema.safeParse(readJson(bytes))
  const value = document.data?.token ?? document.data?.access_token
  // It becomes a header: what is not a word there could become another header.
  if (value === undefined || !/^[\u0021-\u007E]+$/.test(value)) throw fault('its answer holds none')
  // "If omitted, this defaults to 60 seconds."
  const seconds = Math.min(document.data?.expires_in ?? 60, 24 * 3600)
  return { value: new Secret(value), renew: clock.now() + Math.max(seconds * 500, seconds * 1000 - 20_000) }
}
