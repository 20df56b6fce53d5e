import { inRepository } from '../wheels/fetch.ts'
import type { Lock, LockedPackage } from '../../../python/lock/lock.ts'
import type { DirectRequest } from './direct.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'

/** What the repository asks for, as `detect` read it. */
export interface Wanted {
  /** The app's directory as the lock sees it: `.` beside the lock, else the workspace member's. */
  readonly directory: string
  readonly requirements: readonly ListedRequirement[]
  readonly lock: Lock | null
  readonly sources: {
    readonly index: string | null
    readonly extraIndexes: readonly string[]
    readonly findLinks: readonly string[]
    readonly constraints: readonly ListedRequirement[]
    readonly prereleases: boolean
  }
}

/** Lines of a requirements file for the resolver, and whether they pin everything already. */
export interface Ask {
  /** The packages of a lock that names every file by address and hash: nothing is left to resolve. Null otherwise. */
  readonly locked: readonly LockedPackage[] | null
  readonly lines: readonly string[]
  /** What is asked for by its place. */
  readonly direct: readonly DirectRequest[]
  readonly constraints: readonly string[]
  readonly pinned: boolean
}

/** Groups and extras that hold what production needs besides the project's own requirements: the server often hides there. */
export const productionGroup = /^(?:prod|production|deploy|deployment|docker|server|main|default)$/

const archive = /\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz|tar)$/i

/** The place of a file of the repository, as a lock writes it. */
export function placeInRepository(path: string): string {
  return `${inRepository}${path.split('/').map(encodeURIComponent).join('/')}`
}

/** True for a file of the repository that is installed, where a directory is imported in place. */
export function isArchive(path: string): boolean {
  return archive.test(path)
}
