import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { stateHome } from '../../kit/user-places.ts'

/**
 * Where the state of an app lies on this machine: below WHERRY_STATE, else below the XDG state directory. The repository's path is
 * part of the name, so that two checkouts of one app are two apps. A long name is cut, because a socket's path must fit 107 bytes, and
 * told apart from others by its hash.
 */
export function placeOf(
  name: string,
  repository: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return join(stateHome(env), `${readableName(name)}-${hash(repository, 8)}`)
}

/** A name as the beginning of a directory's. */
export function readableName(name: string): string {
  const readable = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '') || 'app'
  return readable.length <= longest ? readable : `${readable.slice(0, longest - 7)}-${hash(name, 6)}`
}

const longest = 24

function hash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}
