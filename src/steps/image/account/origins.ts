import type { Image } from '../../../model/image.ts'
import type { Lock } from '../../../model/lock.ts'
import { normalizeName } from '../../../python/name.ts'
import type { Package } from './package.ts'

/** Where the bytes of a package came from. */
export interface Origin {
  readonly name: string
  readonly version: string
  /** Of the wheel, sdist or Debian package; lower-case hex. */
  readonly sha256: string
  /** Null for what lies in the repository. */
  readonly url: string | null
}

/** Every package the lock names, by `originOf`'s key. */
export type Origins = ReadonlyMap<string, Origin>

export function findOrigins({ base, wheels, sdists }: Lock): Origins {
  const { archive, security } = base.mirrors
  const debian = [...base.packages, ...base.nginx, ...base.libraries].map(({ name, version, path, sha256, pocket }) => {
    const mirror = pocket === 'security' ? (security ?? archive) : archive
    return [keyOf('debian', name, version), { name, version, sha256, url: `${mirror}/${path}` }] as const
  })
  const python = [...wheels, ...sdists].map(({ name, version, sha256, url }) => {
    const remote = /^https?:/.test(url) ? url : null
    return [keyOf('python', name, version), { name, version, sha256, url: remote }] as const
  })
  return new Map([...debian, ...python])
}

/** Null for what no lock names: the app's own distributions, and packages that a base image brought. */
export function originOf({ ecosystem, name, version }: Package, origins: Origins): Origin | null {
  return origins.get(keyOf(ecosystem, name, version)) ?? null
}

/** True for a distribution of the repository itself: its metadata is in the app's layer, and no index knows it. */
export function isOwn({ ecosystem, layer }: Package, { layers }: Image): boolean {
  return ecosystem === 'python' && layers[layer]?.what === 'app'
}

/** An environment holds a distribution once, and metadata may write its version otherwise than the index does: the name is enough. */
function keyOf(ecosystem: Package['ecosystem'], name: string, version: string): string {
  return ecosystem === 'python' ? `python ${normalizeName(name)}` : `debian ${name} ${version}`
}
