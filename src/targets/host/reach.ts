import type { Report } from '../../model/event.ts'
import { ask } from '../../steps/verify/index.ts'
import type { Deployed } from './host.ts'

/** Milliseconds: a firewall that drops what it forbids never answers. */
const patience = 4000

/**
 * Tells when what serves on a server is not reached from here. A firewall in between fails no release, and is what people meet first.
 * What listens on the server's loopback is meant for a proxy there.
 */
export async function tellReach({ url, release }: Pick<Deployed, 'url' | 'release'>, report: Report): Promise<void> {
  if (/^https?:\/\/(?:127\.|\[::1\])/.test(url)) return
  const path = new URL('/.well-known/wherry/release', url)
  const why = await ask(path, { 'User-Agent': 'wherry' }, patience).then(
    ({ status, text }) => (status === 200 && releaseIn(text) === release.number ? null : 'another site answers'),
    (error: Error) => (error.name === 'AbortError' ? 'no answer in time' : error.message),
  )
  if (why === null) return
  const port = path.port || (path.protocol === 'https:' ? '443' : '80')
  const text = `${url} is not reached from here (${why}): see that its name leads to the server, and that port ${port} passes its firewall`
  report({ step: 'verify', level: 'warning', text })
}

function releaseIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { release?: unknown } | null)?.release
  } catch {
    return null
  }
}
