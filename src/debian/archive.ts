import type { Architecture } from '../kit/architecture.ts'
import { openCache, type Cache } from '../kit/cache.ts'
import { redactUrl } from '../kit/secret.ts'
import type { DebianPackage } from '../model/lock.ts'
import { badArchive, noSecurityPocket } from './errors.ts'
import { cachedIndex } from './index-file.ts'
import type { Mirrors } from './mirrors.ts'
import {
  openPackageIndex,
  writePackageIndex,
  type Candidate,
  type PackageIndex,
  type Provider,
} from './package-index.ts'
import { fetchRelease, type Release } from './release.ts'
import { suiteNamed } from './suites.ts'
import { compareVersions } from './version.ts'

export type Pocket = DebianPackage['pocket']
export type { Architecture }

/** A candidate and the pocket that offers it. */
export interface Offer extends Candidate {
  readonly pocket: Pocket
}

/** The packages of one suite and architecture over its pockets, as their signed indexes say. */
export interface Archive {
  readonly suite: string
  readonly architecture: Architecture
  readonly mirrors: Mirrors
  readonly cache: Cache
  /** The signed index of the main pocket. */
  readonly release: Release
  /** Versions of a package, newest first. */
  offers(name: string): readonly Offer[]
  /** Packages whose newest version stands in for a name. */
  providers(name: string): readonly Provider[]
  names(): ReadonlySet<string>
}

export interface ArchiveOptions {
  readonly architecture: Architecture
  readonly mirrors: Mirrors
  readonly cache?: Cache
  /** Armoured public keys; those that ship with Wherry without it. */
  readonly keys?: readonly string[]
  /** Milliseconds since the epoch; the clock without it. */
  readonly now?: number
  readonly signal?: AbortSignal
}

/**
 * Opens an archive: its three pockets are fetched, their signatures checked, their indexes read (from the cache where nothing
 * changed). Throws `no-security-pocket`, `suite-not-found`, `wrong-signature`, `archive-out-of-date`, `wrong-hash`.
 */
export async function openArchive(suite: string, options: ArchiveOptions): Promise<Archive> {
  const { mirrors, architecture, cache = openCache() } = options
  const { distribution } = suiteNamed(suite)
  const security = mirrors.security
  if (security === null) {
    throw noSecurityPocket({
      what: `Nothing says where security updates of ${suite} come from.`,
      why: `only ${redactUrl(mirrors.archive)} is known`,
      next: 'Add the address of the security archive to WHERRY_DEBIAN_MIRROR, after a space.',
    })
  }
  const { now = Date.now(), keys, signal } = options
  const settings = {
    distribution,
    now,
    checkValidUntil: mirrors.checkValidUntil,
    ...(keys ? { keys } : {}),
    ...(signal ? { signal } : {}),
  }
  const pockets = [
    { pocket: 'main', base: mirrors.archive, suite },
    { pocket: 'updates', base: mirrors.archive, suite: `${suite}-updates` },
    { pocket: 'security', base: security, suite: `${suite}-security` },
  ] as const
  const releases = await Promise.all(pockets.map(each => fetchRelease(each.base, each.suite, settings)))
  const parts: Part[] = []
  for (const [i, { pocket }] of pockets.entries()) {
    for (const component of distribution.components) {
      const index = await readIndex(releases[i]!, `${component}/binary-${architecture}/Packages`, cache)
      parts.push({ pocket, index })
    }
  }
  return { suite, architecture, mirrors, cache, release: releases[0]!, ...look(parts) }
}

interface Part {
  readonly pocket: Pocket
  readonly index: PackageIndex
}

async function readIndex(release: Release, name: string, cache: Cache): Promise<PackageIndex> {
  const path = await cachedIndex(release, name, cache, 'debian-packages-1', writePackageIndex)
  if (path !== null) return openPackageIndex(path)
  throw badArchive({
    what: `${redactUrl(release.url)} has no ${name}.`,
    next: 'Use a mirror that carries this component and architecture.',
  })
}

function look(parts: readonly Part[]): Pick<Archive, 'offers' | 'providers' | 'names'> {
  const known = new Map<string, readonly Offer[]>()
  const offers = (name: string): readonly Offer[] => {
    const before = known.get(name)
    if (before) return before
    const all = parts.flatMap(({ pocket, index }) => index.named(name).map(each => Object.assign(each, { pocket })))
    // A stable sort: of equal versions the main pocket's comes first.
    const sorted = all.sort((a, b) => compareVersions(b.version, a.version))
    known.set(name, sorted)
    return sorted
  }
  let names: ReadonlySet<string> | null = null
  return {
    offers,
    providers(name) {
      const all = parts.flatMap(({ index }) => index.providing(name))
      // A newer version may no longer stand in for the name: only what would be installed counts.
      return all.filter((p, i) => {
        const newest = offers(p.name)[0]?.version === p.providerVersion
        return newest && all.findIndex(q => q.name === p.name && q.version === p.version) === i
      })
    },
    names: () => (names ??= new Set(parts.flatMap(({ index }) => [...index.names()]))),
  }
}
