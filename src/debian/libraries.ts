import { readFile } from 'node:fs/promises'
import { isWherryError } from '../kit/error.ts'
import type { Archive } from './archive.ts'
import { omittedPackages } from './base-sets.ts'
import { writeLibraries } from './contents.ts'
import { fetchDebs } from './fetch-deb.ts'
import { cachedHints } from './index-file.ts'
import { libraryDirectories } from './loader-paths.ts'
import { resolve } from './resolve.ts'
import { suiteNamed } from './suites.ts'

/** Which packages hold which shared objects. */
export interface Libraries {
  /**
   * The package to take for a library by its DT_NEEDED name, or null when the archive has none. The package's newest version is
   * unpacked (into the cache) and proved to hold the library.
   */
  packageHolding(soname: string): Promise<string | null>
  /** Packages that seem to hold it, the best first, unproved. */
  candidates(soname: string): readonly string[]
}

/** Most packages looked into for one library. */
const mostTried = 5

/** Reads which packages hold which libraries out of the Contents indexes of the archive's main pocket. */
export async function openLibraries(archive: Archive): Promise<Libraries> {
  const holders = await readHolders(archive)
  const proved = new Map<string, Promise<string | null>>()
  const candidates = (soname: string): readonly string[] => rank(archive, soname, holders.get(soname) ?? [])
  return {
    candidates,
    packageHolding(soname) {
      const before = proved.get(soname)
      if (before) return before
      const finding = firstHolding(archive, soname, candidates(soname).slice(0, mostTried))
      proved.set(soname, finding)
      return finding
    },
  }
}

async function readHolders(archive: Archive): Promise<ReadonlyMap<string, readonly string[]>> {
  const { release, architecture, cache, suite } = archive
  // Debian has one file a component, Ubuntu one for all.
  const folders = [...suiteNamed(suite).distribution.components.map(component => `${component}/`), '']
  const holders = new Map<string, string[]>()
  for (const folder of folders) {
    const name = `${folder}Contents-${architecture}`
    const path = await cachedHints(release, name, cache, 'debian-libraries-2', writeLibraries)
    if (path === null) continue
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      const [soname, packages] = line.split('\t')
      if (soname && packages) holders.set(soname, [...(holders.get(soname) ?? []), ...packages.split(',')])
    }
  }
  return holders
}

async function firstHolding(archive: Archive, soname: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const [offer] = archive.offers(name)
    if (!offer) continue
    const [deb] = await fetchDebs([offer], archive)
    const holds = deb?.entries.some(({ path, kind }) => {
      const slash = path.lastIndexOf('/')
      return kind !== 'directory' && path.slice(slash + 1) === soname && libraryDirectories.test(path.slice(0, slash))
    })
    if (holds) return name
  }
  return null
}

/** Packages the archive has, those named after the library first (Policy 8.1), then by how little they bring along. */
function rank(archive: Archive, soname: string, packages: readonly string[]): string[] {
  const conventional = conventionalNames(soname)
  // The conventional names also where no index says so: it may be missing, and what is chosen is proved.
  const here = [...new Set([...packages, ...conventional])].filter(name => archive.offers(name).length > 0)
  const plain = here.filter(name => !/-(?:dev|dbg|dbgsym)$/.test(name))
  const scored = (plain.length > 0 ? plain : here).map(name => ({
    name,
    named: conventional.includes(name) ? 0 : 1,
    weight: weightOf(archive, name),
  }))
  const order = scored.sort((a, b) => a.named - b.named || a.weight - b.weight || (a.name < b.name ? -1 : 1))
  return order.filter(each => each.weight < Infinity).map(each => each.name)
}

/** `libstdc++.so.6` → `libstdc++6`; a dash where two digits would meet; `t64` since the 64-bit time transition. */
function conventionalNames(soname: string): string[] {
  const [, stem = '', version = ''] = /^(.+?)\.so(?:\.(.+))?$/.exec(soname) ?? []
  const name = `${stem}${/\d$/.test(stem) && version !== '' ? '-' : ''}${version}`.toLowerCase().replaceAll('_', '-')
  return [name, `${name}t64`]
}

/** Packages that come along; Infinity for one that cannot be installed. */
function weightOf(archive: Archive, name: string): number {
  try {
    return resolve(archive, [name], { omit: omittedPackages }).length
  } catch (error) {
    if (isWherryError(error)) return Infinity
    throw error
  }
}
