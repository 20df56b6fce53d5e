import { invalidEdge } from './errors.ts'

/** An absolute, normal path on the machine nginx runs on. */
export type DiskPath = string & { readonly [disk]: 'DiskPath' }
/** A path that fits a Unix socket address. */
export type SocketPath = DiskPath & { readonly [socket]: 'SocketPath' }
/** A place in the site's URLs, starting and ending with a slash: `/static/`. */
export type UrlPrefix = string & { readonly [url]: 'UrlPrefix' }
declare const disk: unique symbol
declare const socket: unique symbol
declare const url: unique symbol

/** sun_path holds 108 bytes with its closing NUL (unix(7)). */
const longestSocket = 107
/** PATH_MAX with its closing NUL. */
const longestPath = 4000

/** Absolute, without `.`, `..`, empty parts, control characters or `$` (nginx would read a variable). Error: `invalid-edge`. */
export function parseDiskPath(input: string): DiskPath {
  if (!input.startsWith('/')) throw refuse(input, 'it is not absolute')
  if (/[\u0000-\u001F\u007F]/.test(input) || !input.isWellFormed()) throw refuse(input, 'it holds a control character')
  if (input.includes('$')) throw refuse(input, 'nginx would read the $ as a variable')
  if (Buffer.byteLength(input) > longestPath) throw refuse(input, `it is longer than ${longestPath} bytes`)
  const parts = input.slice(1).split('/')
  if (input !== '/' && parts.some(part => part === '' || part === '.' || part === '..')) {
    throw refuse(input, 'it has an empty part, `.` or `..` in it')
  }
  return input as DiskPath
}

/** Error: `invalid-edge`, also for a path above 107 bytes or with a colon, which ends a path in nginx's addresses. */
export function parseSocketPath(input: string): SocketPath {
  const path = parseDiskPath(input)
  if (Buffer.byteLength(path) > longestSocket) throw refuse(input, `a socket's path has at most ${longestSocket} bytes`)
  if (path.includes(':') || path === '/') throw refuse(input, 'it cannot name a socket')
  return path as SocketPath
}

/** Error: `invalid-edge`. Only unreserved characters (RFC 3986) and `@+,`: a location matches the decoded path, so `%` is out. */
export function parseUrlPrefix(input: string): UrlPrefix {
  if (!input.startsWith('/') || !input.endsWith('/')) throw refuse(input, 'it must start and end with /')
  if (input.length > 255) throw refuse(input, 'it is longer than 255 characters')
  const parts = input === '/' ? [] : input.slice(1, -1).split('/')
  const bad = parts.find(part => !/^[A-Za-z0-9._~@+,-]+$/.test(part) || /^\.{1,2}$/.test(part))
  if (bad !== undefined) throw refuse(input, `${JSON.stringify(bad)} cannot be a part of it`)
  return input as UrlPrefix
}

function refuse(input: string, why: string): Error {
  return invalidEdge({
    what: `${JSON.stringify(input.slice(0, 300))} is not a usable path: ${why}.`,
    next: 'Write another path.',
  })
}
