import { badImageName } from './errors.ts'

/** A name for an image: what people type, taken apart once (grammar of distribution's reference package). */
export interface ImageName {
  /** As engines list it: `shop:3`. */
  readonly short: string
  /** With the registry it means: `docker.io/library/shop:3`. */
  readonly full: string
  readonly tag: string
}

const host = /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9.-]+(?=:))(?::\d{1,5})?$/
/** distribution-spec: one component of a repository's name, and a tag. */
export const nameGrammar = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
export const tagGrammar = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/** Parses `name[:tag]`; the tag is `latest` when there is none. Throws `bad-image-name`. */
export function parseImageName(text: string): ImageName {
  if (text.length > 400) throw refuse(text)
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1)
  const repository = colon < 0 ? text : text.slice(0, colon)
  const tag = colon < 0 ? 'latest' : text.slice(colon + 1)
  const [first = '', ...rest] = repository.split('/')
  const hasHost = rest.length > 0 && host.test(first)
  const path = hasHost ? rest : [first, ...rest]
  if (!tagGrammar.test(tag) || path.length === 0 || !path.every(name => nameGrammar.test(name))) throw refuse(text)
  const official = !hasHost && path.length === 1 ? 'library/' : ''
  return { short: `${repository}:${tag}`, full: `${hasHost ? '' : `docker.io/${official}`}${repository}:${tag}`, tag }
}

function refuse(text: string): Error {
  return badImageName({
    what: `${JSON.stringify(text.slice(0, 200))} is not a name for an image.`,
    next: 'Use lower case, as in shop, shop:3 or registry.example/team/shop:3.',
  })
}
