/** How a registry is reached: https, but for this machine itself and the hosts a person named. */

/** docker.io is a name only; its registry is elsewhere. */
const apiHosts: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

export function apiHost(host: string): string {
  return apiHosts[host] ?? host
}

/** True for this machine itself, where nobody can listen in between. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

/** True where plain http may be spoken: `WHERRY_PLAIN_HTTP` lists hosts, with their ports, parted by commas or spaces. */
export function allowsPlainHttp(host: string, env: Readonly<Record<string, string | undefined>>): boolean {
  return isLoopback(new URL(`http://${host}`).hostname) || listed(env['WHERRY_PLAIN_HTTP']).includes(host)
}

/**
 * Addresses that a server far away has no reason to send us to (RFC 1918, 4193, 3927, 6598; cloud metadata among them), in IPv6 also
 * behind a translator's or 6to4's prefix (RFC 6052, 3056); and this machine's own names (RFC 6761 §6.3).
 */
export function isPrivateAddress(hostname: string): boolean {
  if (isLoopback(hostname) || /(?:^|\.)localhost\.?$/.test(hostname)) return true
  if (hostname.startsWith('[')) return /^\[(?:::|f[cd]|fe[89ab]|64:ff9b:|2002:)/.test(hostname)
  const [a = 0, b = 0] = /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? hostname.split('.').map(Number) : [-1]
  return (
    a === 0 ||
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  )
}

/**
 * Whether a token server may see the credentials of a registry: it is the same host, or stands below the same domain
 * (auth.docker.io for registry-1.docker.io), or is known, or was named by a person.
 */
export function belongsTo(server: string, registry: string, known: readonly string[]): boolean {
  if (server === registry || known.includes(server)) return true
  const domain = domainOf(registry)
  return domain !== null && (server === domain || server.endsWith(`.${domain}`))
}

export function listed(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter(word => word !== '')
}

/** The registrable domain, on the safe side: below `co.uk` and its kin one label more. Null for addresses and single names. */
function domainOf(hostname: string): string | null {
  const labels = hostname.split('.')
  if (labels.length < 2 || /^[\d.]+$|^\[/.test(hostname)) return null
  const [second = '', top = ''] = labels.slice(-2)
  const length = top.length === 2 && second.length <= 3 ? 3 : 2
  return labels.length < length ? null : labels.slice(-length).join('.')
}
