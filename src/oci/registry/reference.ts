import { isDigest } from '../digest.ts'
import { nameGrammar, tagGrammar } from '../image-name.ts'
import { badReference } from './errors.ts'

/** What people type for an image in a registry, taken apart: grammar and defaults of distribution's reference package. */
export interface Reference {
  /** As it is written in references and credentials: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly host: string
  /** `library/python`, `acme/shop` */
  readonly repository: string
  readonly tag: string | null
  readonly digest: string | null
}

const hostGrammar =
  /^(?:(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))*|\[[0-9a-f:]+\])(?::\d{1,5})?$/

/** Parses `[host/]repository[:tag][@digest]`. Throws `bad-image-reference`. */
export function parseReference(text: string): Reference {
  const fault = (why: string): Error => refuse(text, why)
  if (text.length > 700) throw fault('it is too long')
  const [name = '', digest = null, ...more] = text.split('@')
  if (more.length > 0 || (digest !== null && !isDigest(digest)))
    throw fault('its digest is not sha256: and 64 hex digits')
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  const path = colon < 0 ? name : name.slice(0, colon)
  const tag = colon < 0 ? null : name.slice(colon + 1)
  if (tag !== null && !tagGrammar.test(tag))
    throw fault('its tag is not 1 to 128 letters, digits, dots, dashes and underscores')
  const { host, repository } = splitHost(path)
  if (!isPlainHost(host)) throw fault('its host is not written the way it is called')
  if (repository.length + host.length > 255) throw fault('its name is longer than 255 characters')
  if (!repository.split('/').every(part => nameGrammar.test(part)))
    throw fault('its name may hold lower-case letters, digits and . _ - between them')
  return { host, repository, tag, digest }
}

/** The reference as text; of a reference with a digest the tag is left out, for it says nothing. */
export function formatReference({ host, repository, tag, digest }: Reference): string {
  return `${host}/${repository}${digest !== null ? `@${digest}` : tag !== null ? `:${tag}` : ''}`
}

/** The first part is a host when it cannot be a name's: it has a dot or a colon, or is localhost. Otherwise Docker Hub is meant. */
function splitHost(path: string): { host: string; repository: string } {
  const slash = path.indexOf('/')
  const first = path.slice(0, Math.max(0, slash))
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  const written = isHost ? first.toLowerCase() : 'docker.io'
  const rest = isHost ? path.slice(slash + 1) : path
  const host = written === 'index.docker.io' ? 'docker.io' : written
  return { host, repository: host === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest }
}

/** 127.1, 0x7f.1 and [::ffff:127.0.0.1] reach a host that their text does not name: rules about hosts would be fooled. */
function isPlainHost(host: string): boolean {
  if (!hostGrammar.test(host) || !URL.canParse(`http://${host}`)) return false
  const port = /:(\d+)$/.exec(host)?.[1]
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false
  const meant = new URL(`http://${host}`).host
  return meant === host || `${meant}:80` === host
}

function refuse(text: string, why: string): Error {
  return badReference({
    what: `${JSON.stringify(text.slice(0, 200))} does not name an image in a registry.`,
    why,
    next: 'Write it as ghcr.io/acme/shop:1.4 or registry.example/team/shop:1.4.',
  })
}
