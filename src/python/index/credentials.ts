import { Secret } from '../../kit/secret.ts'
import type { Index, IndexSettings } from './settings.ts'

/** The `authorization` header for an address, or null where the user set nothing for its server. */
export type Authorize = (url: string) => Secret | null

type Env = Readonly<Record<string, string | undefined>>

/**
 * Finds credentials the way uv does: in the address itself, in UV_INDEX_NAME_USERNAME and _PASSWORD of an index on the same server,
 * in the addresses of the settings, in netrc. Scheme, host and port must be those the credentials were set for; netrc, which
 * knows hosts only, is asked for https only.
 */
export function makeAuthorize(settings: IndexSettings, env: Env = process.env): Authorize {
  const set: { readonly url: URL; readonly header: Secret }[] = []
  for (const index of settings.indexes) {
    const header = fromIndex(index, env)
    if (header) set.push({ url: new URL(index.url), header })
  }
  return text => {
    if (!URL.canParse(text)) return null
    const url = new URL(text)
    if (url.username !== '' || url.password !== '') return basic(decode(url.username), decode(url.password))
    // One server may hold several indexes with credentials each: the one whose path is nearest is meant.
    const near = set
      .filter(one => one.url.origin === url.origin)
      .sort((a, b) => shared(b.url, url) - shared(a.url, url))
    if (near[0]) return near[0].header
    const machine = settings.netrc.find(({ host }) => host === url.hostname)
    return machine && url.protocol === 'https:' ? basic(machine.user, machine.password) : null
  }
}

function shared(a: URL, b: URL): number {
  const [left, right] = [a.pathname.split('/'), b.pathname.split('/')]
  const differs = left.findIndex((part, n) => part !== right[n])
  return differs < 0 ? left.length : differs
}

function fromIndex(index: Index, env: Env): Secret | null {
  const { username, password } = new URL(index.url)
  // uv upper-cases the name and writes `_` for everything that is neither letter nor digit.
  const variable = index.name === null ? null : `UV_INDEX_${index.name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
  const user = (variable && env[`${variable}_USERNAME`]) || decode(username)
  const secret = (variable && env[`${variable}_PASSWORD`]) || decode(password)
  return user === '' && secret === '' ? null : basic(user, secret)
}

function basic(user: string, password: string): Secret {
  return new Secret(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
