import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Env = Readonly<Record<string, string | undefined>>

/** Where files of this user lie (XDG Base Directory Specification), unless a variable of our own says otherwise. */

/** What may be lost: WHERRY_CACHE first. */
export function cacheHome(env: Env = process.env): string {
  return env['WHERRY_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'wherry')
}

/** What must stay: WHERRY_STATE first. */
export function stateHome(env: Env = process.env): string {
  return env['WHERRY_STATE'] || join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'wherry')
}

/** What a person keeps, keys among it. */
export function configHome(env: Env = process.env): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'wherry')
}

/** A path as a person writes it in a config: `~/` is their home, anything else is seen from `directory`. */
export function pathFrom(directory: string, written: string): string {
  return resolve(directory, written.replace(/^~(?=\/)/, homedir()))
}
