import type { Answer } from '../../kit/exchange.ts'
import { registryUnsafe } from './errors.ts'
import { allowsPlainHttp, isPrivateAddress } from './hosts.ts'
import type { Call, Wire } from './wire.ts'

const most = 5
const moved = new Set([301, 302, 303, 307, 308])

/**
 * Sends a call and follows its redirects, when it reads: registries keep blobs elsewhere. `send` adds credentials for the
 * registry's own origin only. A redirected upload is refused as any other answer. Throws `registry-unsafe`.
 */
export async function followed(call: Call, wire: Wire, send: (call: Call) => Promise<Answer>): Promise<Answer> {
  let { url } = call
  for (let hops = 0; ; hops += 1) {
    const answer = await send({ ...call, url })
    const { location } = answer.headers
    const isRead = call.method === 'GET' || call.method === 'HEAD'
    if (!isRead || location === undefined || !moved.has(answer.status)) return answer
    answer.discard()
    if (hops >= most) throw unsafe(wire, location, `it redirects more than ${most} times`)
    url = hop(location, url, wire)
  }
}

/** Where a Location leads, from where it was said; relative ones are common. Throws `registry-unsafe`. */
export function hop(location: string, from: URL, wire: Pick<Wire, 'origin' | 'env'>): URL {
  if (!URL.canParse(location, from.href)) throw unsafe(wire, location, 'it is no address')
  const url = new URL(location, from)
  if (url.protocol === 'http:' && wire.origin.protocol === 'http:' && allowsPlainHttp(url.host, wire.env)) return url
  if (url.protocol !== 'https:') throw unsafe(wire, location, 'it is not encrypted')
  if (isPrivateAddress(url.hostname) && !isPrivateAddress(wire.origin.hostname))
    throw unsafe(wire, location, 'it lies in a private network')
  return url
}

function unsafe({ origin }: Pick<Wire, 'origin'>, location: string, why: string): Error {
  // Its query is often a signature that lets anybody in.
  return registryUnsafe({
    what: `${origin.host} sends us to ${JSON.stringify((location.split('?')[0] ?? '').slice(0, 200))}.`,
    why,
    next: 'Tell those who run the registry: a proxy before it often forgets to say X-Forwarded-Proto.',
  })
}
