import type { IndexFile } from '../../../../python/index/listing.ts'
import { normalizeName } from '../../../../python/name.ts'
import { rankWheel } from '../../../../python/tag/choose.ts'
import { parseWheelName } from '../../../../python/tag/wheel.ts'
import { parseVersion } from '../../../../python/version/version.ts'
import { gateAddress, type GateFile } from './address.ts'

export interface ListingOptions {
  readonly tags: ReadonlyMap<string, number>
  readonly python: string
  /** Source distributions have stand-ins; without it only wheels are offered. */
  readonly sources: boolean
  /** Stand-ins ask for nothing: whoever resolves has every requirement already. */
  readonly bare: boolean
  /** Hashes a repository pins, by project: of a project with some, no other file is offered where one of them is. */
  readonly pins: ReadonlyMap<string, ReadonlySet<string>>
}

/** A file as the gate offers it. */
export interface Offered {
  readonly file: string
  readonly url: string
  readonly source: IndexFile
}

/** What a wheel that stands in for a source distribution is called. The build tag keeps it apart from any that was published. */
export function standInName(name: string, version: string): string {
  return `${name.replaceAll('-', '_')}-${version.replaceAll('-', '_')}-0wherry-py3-none-any.whl`
}

/**
 * The files of a project as the resolver shall see them: wheels, and for a version without one that fits, a wheel that stands in for its
 * source distribution. So the resolver finds its own way through the versions, and never builds anything.
 */
export function offer(project: string, files: readonly IndexFile[], options: ListingOptions): Offered[] {
  const offered: Offered[] = []
  const known = new Set<string>()
  const sources: { readonly source: IndexFile; readonly version: string }[] = []
  for (const source of pinned(project, files, options)) {
    if (source.sha256 === null) continue
    const wheel = parseWheelName(source.file)
    const version = wheel ? wheel.version.replaceAll('_', '-') : sdistVersion(source.file, project)
    if (wheel && wheel.name === project && version !== null) {
      const subject = {
        kind: 'wheel',
        ...fileOf(project, version, source, source.sha256),
        beside: source.metadata,
      } as const
      offered.push({ file: source.file, url: gateAddress(subject, source.file), source })
      if (rankWheel(wheel, options.tags) !== null) known.add(canonical(version))
    } else if (!wheel && version !== null) sources.push({ source, version })
  }
  if (!options.sources) return offered
  for (const { source, version } of sources.sort(byForm)) {
    if (known.has(canonical(version))) continue
    known.add(canonical(version))
    const { python, bare } = options
    const subject = { kind: 'source', ...fileOf(project, version, source, source.sha256 ?? ''), python, bare } as const
    const file = standInName(project, version)
    offered.push({ file, url: gateAddress(subject, file), source })
  }
  return offered
}

function pinned(project: string, files: readonly IndexFile[], { pins }: ListingOptions): readonly IndexFile[] {
  const hashes = pins.get(project)
  const allowed = hashes ? files.filter(({ sha256 }) => sha256 !== null && hashes.has(sha256)) : []
  return allowed.length > 0 ? allowed : files
}

function fileOf(name: string, version: string, { file, url, size }: IndexFile, sha256: string): GateFile {
  return { name, version, file, url, sha256, size }
}

/** gzip first: a project that offers two forms of one version meant them to be the same. */
function byForm(a: { readonly source: IndexFile }, b: { readonly source: IndexFile }): number {
  return Number(b.source.file.endsWith('.tar.gz')) - Number(a.source.file.endsWith('.tar.gz'))
}

/** One text for versions that PEP 440 calls equal: `1.0` and `1.0.0`. */
function canonical(text: string): string {
  const version = parseVersion(text)
  if (version === null) return text
  const { epoch, release, pre, post, dev, local } = version
  const end = release.findLastIndex(part => part !== 0)
  return JSON.stringify([epoch, release.slice(0, end + 1), pre, post, dev, local])
}

/** The version in the name of a source distribution of the project, null for any other file. Old names hold dashes on both sides. */
export function sdistVersion(file: string, project: string): string | null {
  const [, stem = ''] = /^(.+)\.(?:tar\.gz|tgz|zip)$/.exec(file) ?? []
  for (let cut = stem.indexOf('-'); cut > 0; cut = stem.indexOf('-', cut + 1)) {
    const version = stem.slice(cut + 1)
    if (normalizeName(stem.slice(0, cut)) === project && parseVersion(version) !== null) return version
  }
  return null
}
