import { formatMarker, type Marker } from '../marker/marker.ts'
import { parseMarker } from '../marker/parse.ts'
import { isName, normalizeName } from '../name.ts'
import { formatSpecifier, parseSpecifier, type Specifier } from '../version/specifier.ts'

/** What a project asks for, by PEP 508: a distribution by name and versions, or by name and address. */
export interface Requirement {
  /** Normalised. */
  readonly name: string
  /** Normalised, sorted. */
  readonly extras: readonly string[]
  /** Empty for any version, and where `url` says which. */
  readonly specifier: Specifier
  readonly url: string | null
  readonly marker: Marker | null
}

const longest = 20_000
const head = /^\s*([a-z0-9][a-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*/i

/** A requirement by PEP 508, or null when the text is none. */
export function parseRequirement(text: string): Requirement | null {
  if (text.length > longest) return null
  const match = head.exec(text)
  const name = match?.[1] ?? ''
  const extras = readExtras(match?.[2] ?? '')
  if (match === null || !isName(name) || extras === null) return null
  const rest = text.slice(match[0].length)
  const body = rest.startsWith('@') ? readUrl(rest.slice(1)) : readVersions(rest)
  return body === null ? null : { name: normalizeName(name), extras, ...body }
}

/** As PEP 508 writes it; parsing the text gives the same requirement. */
export function formatRequirement({ name, extras, specifier, url, marker }: Requirement): string {
  const subject = `${name}${extras.length > 0 ? `[${extras.join(',')}]` : ''}`
  const body = url === null ? formatSpecifier(specifier) : ` @ ${url}`
  // A URL ends only at a space: without one the marker would be part of it.
  return `${subject}${body}${marker === null ? '' : `${url === null ? '' : ' '}; ${formatMarker(marker)}`}`
}

type Body = Pick<Requirement, 'specifier' | 'url' | 'marker'>

function readExtras(text: string): string[] | null {
  const names = text
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
  return names.every(isName) ? [...new Set(names.map(normalizeName))].sort() : null
}

function readUrl(text: string): Body | null {
  const [, url = '', rest = ''] = /^\s*(\S+)([^]*)$/.exec(text) ?? []
  if (url === '') return null
  // pip and uv take `name @ url; marker` without the space that PEP 508 wants.
  const glued = rest.trim() !== '' && url.endsWith(';')
  const after = glued ? `;${rest}` : rest.trim()
  if (after === '') return { specifier: [], url, marker: null }
  const marker = after.startsWith(';') ? parseMarker(after.slice(1)) : null
  return marker === null ? null : { specifier: [], url: glued ? url.slice(0, -1) : url, marker }
}

function readVersions(text: string): Body | null {
  const cut = text.indexOf(';')
  const versions = (cut === -1 ? text : text.slice(0, cut)).trim()
  const bare = versions.startsWith('(') && versions.endsWith(')') ? versions.slice(1, -1) : versions
  const specifier = parseSpecifier(bare)
  const marker = cut === -1 ? null : parseMarker(text.slice(cut + 1))
  if (specifier === null || (cut !== -1 && marker === null && text.slice(cut + 1).trim() !== '')) return null
  return { specifier, url: null, marker }
}
