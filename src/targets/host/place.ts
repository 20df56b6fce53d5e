import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where the state of an app lies on this machine: below WHERRY_STATE, else below the XDG state directory. The repository's path is
 * part of the name, so that two checkouts of one app are two apps; the name is cut, because a socket's path must fit 107 bytes.
 */
export function placeOf(
  name: string,
  repository: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const readable =
    name
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 24) || 'app'
  return join(stateRoot(env), `${readable}-${createHash('sha256').update(repository).digest('hex').slice(0, 8)}`)
}

export function stateRoot(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env['WHERRY_STATE'] || join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'wherry')
}
