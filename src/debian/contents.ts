import { readFile, writeFile } from 'node:fs/promises'
import type { Archive } from './archive.ts'
import { cachedIndex } from './index-file.ts'
import { resolve } from './resolve.ts'
import { omittedPackages } from './base-sets.ts'
import { suiteNamed } from './suites.ts'
import { isWherryError } from '../kit/error.ts'

/** Which packages hold which shared objects. */
export interface Libraries {
  /** The packages that hold a library by its DT_NEEDED name, the best first; empty when none does. */
  packagesHolding(soname: string): readonly string[]
}

/**
 * Reads the Contents indexes of the archive's main pocket (170 MB for Debian 13), of which only the shared objects in the loader's
 * directories are kept, in the cache.
 */
export async function openLibraries(archive: Archive): Promise<Libraries> {
  const { release, architecture, cache, suite } = archive
  // Debian has one file a component, Ubuntu one for all.
  const names = [
    ...suiteNamed(suite).distribution.components.map(c => `${c}/Contents-${architecture}`),
    `Contents-${architecture}`,
  ]
  const holders = new Map<string, string[]>()
  for (const name of names) {
    const path = await cachedIndex(release, name, cache, 'debian-libraries-1', writeLibraries)
    if (path === null) continue
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      const [soname, packages] = line.split('\t')
      if (soname && packages) holders.set(soname, [...(holders.get(soname) ?? []), ...packages.split(',')])
    }
  }
  const known = new Map<string, readonly string[]>()
  return {
    packagesHolding(soname) {
      const before = known.get(soname)
      if (before) return before
      const ranked = rank(archive, soname, holders.get(soname) ?? [])
      known.set(soname, ranked)
      return ranked
    },
  }
}

/** Path of a shared object directly in a directory the loader searches, or in the two that alternatives link from there. */
const libraryPath =
  /^(?:usr\/)?lib(?:64)?\/(?:[a-z0-9_]+-linux-gnu[a-z0-9]*\/)?(?:blas\/|lapack\/)?([^/\s]+\.so(?:\.[^/\s]*)?)\s+(\S+)$/

async function writeLibraries(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const found = new Map<string, Set<string>>()
  for await (const line of linesWith(bytes, '.so')) {
    const parts = libraryPath.exec(line)
    if (!parts) continue
    const [, soname = '', packages = ''] = parts
    const names = found.get(soname) ?? new Set()
    found.set(soname, names)
    // `section/name` or `area/section/name`, several separated by commas.
    for (const name of packages.split(',')) names.add(name.slice(name.lastIndexOf('/') + 1))
  }
  const lines = [...found].map(([soname, names]) => `${soname}\t${[...names].join(',')}`)
  await writeFile(path, lines.toSorted((a, b) => (a < b ? -1 : 1)).join('\n'))
}

/** The lines that hold a text: finding it in bytes is much faster than making strings of 1.5 million lines. */
async function* linesWith(bytes: AsyncIterable<Uint8Array>, text: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const block =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const end = block.lastIndexOf(10) + 1
    if (block.length - end > 1024 ** 2) throw new Error('a line of more than 1 MiB')
    for (let at = block.indexOf(text); at >= 0 && at < end;) {
      const next = block.indexOf(10, at)
      yield block.toString('utf8', block.lastIndexOf(10, at) + 1, next)
      at = block.indexOf(text, next)
    }
    rest = Buffer.from(block.subarray(end))
  }
  if (rest.includes(text)) yield rest.toString()
}

/** Packages the archive has, those named after the library first (Policy 8.1), then by how little they bring along. */
function rank(archive: Archive, soname: string, packages: readonly string[]): string[] {
  const here = [...new Set(packages)].filter(name => archive.offers(name).length > 0)
  const plain = here.filter(name => !/-(?:dev|dbg|dbgsym)$/.test(name))
  const conventional = conventionalNames(soname)
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
