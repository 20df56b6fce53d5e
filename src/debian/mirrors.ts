import { count } from '../kit/text.ts'
import { aptSources, type AptSource } from './apt-sources.ts'
import { noDebianMirror } from './errors.ts'
import { distributions, suiteNamed, type Distribution } from './suites.ts'

/** Base addresses of an archive, without a trailing slash: `dists/` and `pool/` lie below. */
export interface Mirrors {
  readonly archive: string
  /** Where security updates come from; null when nothing says it (then `openArchive` refuses). */
  readonly security: string | null
  /** False for a frozen snapshot whose user told apt so. */
  readonly checkValidUntil: boolean
  readonly from: 'lock' | 'setting' | 'apt'
}

export interface MirrorOptions {
  /** Addresses a lock recorded: they win over all settings, so that everybody gets the same packages. */
  readonly lock?: { readonly archive: string; readonly security: string | null } | null
  /** WHERRY_DEBIAN_MIRROR is read from it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where `etc/apt` lies. */
  readonly root?: string
}

/**
 * Where the packages of a suite come from: the lock, else WHERRY_DEBIAN_MIRROR (archive and security addresses, separated by a
 * comma or space), else the machine's apt sources for any suite of the same distribution. Throws `no-debian-mirror`.
 */
export async function findMirrors(suite: string, options: MirrorOptions = {}): Promise<Mirrors> {
  const { distribution } = suiteNamed(suite)
  if (options.lock) return { ...options.lock, checkValidUntil: true, from: 'lock' }
  const set = settingOf(options.env ?? process.env)
  if (set.length > 0) return fromSetting(set, distribution)
  const sources = await aptSources(options.root)
  const found = fromApt(sources, distribution)
  if (found) return found
  throw noDebianMirror({
    what: `Nothing says where to fetch ${distribution.title} packages.`,
    why: `WHERRY_DEBIAN_MIRROR is not set, and of ${count(sources.length, 'apt source')} on this machine none is an archive of ${distribution.title}.`,
    next: `Set WHERRY_DEBIAN_MIRROR to the address of a ${distribution.title} archive${distribution.oneArchive ? '' : ' and of its security archive, separated by a space'}.`,
  })
}

/** The distributions whose packages can be fetched here, so that a suite can be chosen for a Python version. */
export async function distributionsHere(options: Omit<MirrorOptions, 'lock'> = {}): Promise<Distribution['name'][]> {
  const [set] = settingOf(options.env ?? process.env)
  if (set !== undefined) return [/ubuntu/i.test(set) ? 'ubuntu' : 'debian']
  const sources = await aptSources(options.root)
  return distributions.filter(each => fromApt(sources, each) !== null).map(each => each.name)
}

function settingOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env['WHERRY_DEBIAN_MIRROR'] ?? '')
    .split(/[\s,]+/)
    .map(address => address.replace(/\/+$/, ''))
    .filter(address => address !== '')
}

function fromSetting(addresses: readonly string[], distribution: Distribution): Mirrors {
  const wrong = addresses.find(address => !/^https?:\/\/[^/]/.test(address) || !URL.canParse(address))
  if (wrong !== undefined || addresses.length > 2) {
    throw noDebianMirror({
      what: 'WHERRY_DEBIAN_MIRROR cannot be read.',
      why:
        wrong === undefined ? 'it holds more than two addresses' : 'it holds a word that is no http or https address',
      next: 'Set it to the address of an archive and of its security archive, separated by a space.',
    })
  }
  const [archive = '', security = distribution.oneArchive ? archive : null] = addresses
  return { archive, security, checkValidUntil: true, from: 'setting' }
}

function fromApt(sources: readonly AptSource[], distribution: Distribution): Mirrors | null {
  const archive = best(sources, distribution, '')
  if (!archive) return null
  const security = best(sources, distribution, '-security')
  return {
    archive: archive.uri,
    security: security?.uri ?? (distribution.oneArchive ? archive.uri : null),
    checkValidUntil: archive.checkValidUntil && (security?.checkValidUntil ?? true),
    from: 'apt',
  }
}

/**
 * The source most surely of the distribution itself. Others use its suite names too (`bookworm main` of a vendor), but sign with a
 * keyring of their own and have no `-updates`. Whoever is chosen wrongly is refused later by its signature.
 */
function best(sources: readonly AptSource[], distribution: Distribution, pocket: string): AptSource | null {
  const named = new Set(distribution.names.flatMap(name => [name + pocket, ...(pocket ? [`${name}/updates`] : [])]))
  const updates = new Set(distribution.names.map(name => `${name}-updates`))
  const fit = sources.filter(source => source.components.includes('main') && source.suites.some(s => named.has(s)))
  const hasUpdates = (uri: string): boolean =>
    sources.some(other => other.uri === uri && other.suites.some(suite => updates.has(suite)))
  const score = (source: AptSource): number => {
    const keyring = source.signedBy === null ? 0 : /(?:debian|ubuntu)-archive/.test(source.signedBy) ? 2 : -2
    const path = source.uri.includes(distribution.name) ? 1 : 0
    return keyring + path + (hasUpdates(source.uri) ? 2 : 0)
  }
  let chosen: AptSource | null = null
  for (const source of fit) if (!chosen || score(source) > score(chosen)) chosen = source
  return chosen && (score(chosen) >= 0 || chosen.signedBy === null) ? chosen : null
}
