import { realpathSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { appNotChosen } from '../config/errors.ts'
import { list } from '../kit/text.ts'
import { openHost, placeOf, type Host } from '../targets/host/index.ts'
import { notReleased } from './errors.ts'

/**
 * The places of a repository's apps on this machine, found by the repository alone: what runs can be stopped and asked also when its source
 * does not parse any more. `app` chooses one of several. Throws `not-released`.
 */
export async function openPlaces(path: string, app: unknown = null): Promise<readonly Place[]> {
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

/** The one place that is meant. Throws `not-released` and `app-not-chosen`. */
export async function openPlace(path: string, app: unknown = null): Promise<Host> {
  const places = await openPlaces(path, app)
  const [first] = places
  if (first && places.length === 1) return first.host
  throw appNotChosen({
    what: `Several apps of ${path} have been released here: ${list(places.map(({ name }) => name))}.`,
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
