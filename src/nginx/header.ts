import { invalidEdge } from './errors.ts'

/** A response header for every answer, unless the app sends it itself. */
export interface Header {
  readonly name: HeaderName
  readonly value: HeaderValue
}
export type HeaderName = string & { readonly [name]: 'HeaderName' }
export type HeaderValue = string & { readonly [value]: 'HeaderValue' }
/** An account of the machine, by name: nginx's `user` takes no numbers. */
export type UserName = string & { readonly [user]: 'UserName' }
declare const name: unique symbol
declare const value: unique symbol
declare const user: unique symbol

/** They belong to the connection or to the message's framing (RFC 9110 §7.6.1, RFC 9112 §6): a second one breaks it. */
const framing = new Set(
  'connection content-encoding content-length content-range content-type date keep-alive server te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)

/** A token (RFC 9110 §5.6.2) and visible text. Error: `invalid-edge`. */
export function parseHeader(headerName: string, headerValue: string): Header {
  if (!/^[A-Za-z0-9!#%&'*+.^`|~_-]{1,100}$/.test(headerName)) throw refuse(headerName, 'that is not a header name')
  if (framing.has(headerName.toLowerCase()))
    throw refuse(headerName, 'it belongs to the server, which sets it for each answer')
  if (!/^[\u0021-\u007E](?:[\u0020-\u007E]*[\u0021-\u007E])?$/.test(headerValue)) {
    throw refuse(headerName, 'its value must be visible ASCII text')
  }
  return { name: headerName as HeaderName, value: headerValue as HeaderValue }
}

/** useradd(8)'s names. Error: `invalid-edge`. */
export function parseUserName(input: string): UserName {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(input)) {
    throw invalidEdge({
      what: `${JSON.stringify(input.slice(0, 100))} is not a user name.`,
      next: 'Name an account of the machine.',
    })
  }
  return input as UserName
}

function refuse(name: string, why: string): Error {
  return invalidEdge({
    what: `The header ${JSON.stringify(name.slice(0, 100))} cannot be added: ${why}.`,
    next: 'Take it out of the headers.',
  })
}
