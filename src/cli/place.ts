import { realpathSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { appNotChosen } from '../config/errors.ts'
import { list } from '../kit/text.ts'
import { openHost, placeOf, type Host } from '../targets/host/index.ts'
import { notReleased } from './errors.ts'

/**
 * The places of a repository's apps on this machine, found by the repository alone: what runs can be stopped and asked also when its source
 * does not parse any more. `app` chooses one of several, `to` a target instead of this machine. Throws `not-released`.
 */
export async function openPlaces(path: string, app: unknown = null, to: unknown = null): Promise<readonly Place[]> {
  if (typeof to === 'string') return placesOn(path, to, typeof app === 'string' ? app : null)
  const repository = realDirectory(path)
  const own = placeOf(typeof app === 'string' ? app : 'x', repository)
  // The name in front of the hash is for people; the hash says which repository it is.
  const suffix = own.slice(own.lastIndexOf('-'))
  const names = await readdir(dirname(own)).catch(() => [])
  const found = names.filter(name => (typeof app === 'string' ? name === basename(own) : name.endsWith(suffix)))
  if (found.length > 0)
    return found.toSorted().map(name => ({
      name: name.slice(0, -suffix.length),
      host: openHost({ home: join(dirname(own), name) }),
    }))
  throw notReleased({
    what: `Nothing of ${typeof app === 'string' ? `${app} in ` : ''}${path} has been released on this machine.`,
    next: `wherry up ${path}`,
  })
}

export interface Place {
  /** The app's. */
  readonly name: string
  readonly host: Host
}

/** On a target of the config. Loaded there only: what runs here is asked without ssh. */
async function placesOn(path: string, to: string, app: string | null): Promise<readonly Place[]> {
  const { openTarget } = await import('../targets/index.ts')
  const target = await openTarget(path, to, { app })
  const all = await target.apps()
  const found = app === null ? all : all.filter(({ name }) => name === app)
  if (found.length > 0) return found
  throw notReleased({
    what: `Nothing of ${app === null ? '' : `${app} in `}${path} has been released to ${to}.`,
    next: `wherry ship ${path} --to ${to}`,
  })
}

/** The one place that is meant, here or on the target `to`. Throws `not-released` and `app-not-chosen`. */
export async function openPlace(path: string, app: unknown = null, to: unknown = null): Promise<Host> {
  const places = await openPlaces(path, app, to)
  const [first] = places
  if (first && places.length === 1) return first.host
  throw appNotChosen({
    what: `Several apps of ${path} have been released ${typeof to === 'string' ? `to ${to}` : 'here'}: ${list(places.map(({ name }) => name))}.`,
    next: `Say which one is meant: --app ${first?.name}`,
  })
}

function realDirectory(path: string): string {
  try {
    return realpathSync(resolve(path))
  } catch {
    return resolve(path)
  }
}
