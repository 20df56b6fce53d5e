import { posix } from 'node:path'
import type { Lock } from '../../../model/lock.ts'
import type { DataPlace, Plan } from '../../../model/plan.ts'
import type { Entry, Tree } from '../../../model/tree.ts'
import { appDirectory } from './entry.ts'

/** The volume: what outlives a release. */
export const dataDirectory = 'data'
/** Committed data that fills an empty volume once. */
export const seedDirectory = 'wherry/seed'

/** Data the settings name, and what the app wrote when it was first started; of two places in one another, the outer one. */
export function dataPlaces(plan: Plan, lock: Lock): readonly DataPlace[] {
  const all = [...plan.data, ...lock.data]
    .map(({ path, kind }): DataPlace => ({ path: posix.normalize(path).replace(/\/$/, ''), kind }))
    .filter(({ path }) => path !== '.' && path !== '..' && !path.startsWith('../') && !path.startsWith('/'))
  const known = all.filter((place, i) => all.findIndex(({ path }) => path === place.path) === i)
  return known.filter(({ path }) => !known.some(outer => path.startsWith(`${outer.path}/`)))
}

/**
 * The app's tree with its data moved out: the image holds a link into the volume for each place, and a committed file that lies in one
 * fills the volume once instead. `root` is the app's directory in the repository, '' for the repository itself.
 */
export function linkData(entries: Tree, places: readonly DataPlace[], root: string): Tree {
  const base = root === '' ? `${appDirectory}/` : `${appDirectory}/${root}/`
  const moved = entries.map((entry): Entry => {
    if (!entry.path.startsWith(base)) return entry
    const file = entry.path.slice(base.length)
    const isData = places.some(({ path }) => file === path || file.startsWith(`${path}/`))
    return isData ? { ...entry, path: `${seedDirectory}/${file}` } : entry
  })
  const links = places.map(({ path }): Entry => ({
    kind: 'link',
    path: `${base}${path}`,
    target: `/${dataDirectory}/${path}`,
  }))
  return [...moved, ...links]
}
