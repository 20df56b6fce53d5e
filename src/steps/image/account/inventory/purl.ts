/**
 * Package URLs (github.com/package-url/purl-spec): the name of a package that scanners and registers agree on.
 * Every part is percent-encoded as the specification's canonical form asks, the colon excepted.
 */
export interface PurlParts {
  readonly type: string
  readonly namespace?: string
  readonly name: string
  readonly version?: string
  /** Written in the order of their names; empty ones are left out. */
  readonly qualifiers?: Readonly<Record<string, string>>
}

export function formatPurl({ type, namespace, name, version, qualifiers = {} }: PurlParts): string {
  const path = [type, ...(namespace ? [namespace] : []), name].map(encode).join('/')
  const pairs = Object.entries(qualifiers)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`)
  return `pkg:${path}${version ? `@${encode(version)}` : ''}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`
}

/** encodeURIComponent leaves `!'()*` alone, which the specification does not. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':')
}
