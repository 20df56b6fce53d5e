import { readFile, writeFile } from 'node:fs/promises'
import type { Archive } from './archive.ts'
import { cachedHints } from './index-file.ts'
import { openLibraries } from './libraries.ts'
import { readLines } from './lines.ts'
import { suiteNamed } from './suites.ts'

/** What a compiler or a build script looks for, by the name it uses. */
export interface DevelopmentFile {
  readonly kind: 'header' | 'library' | 'pkg-config' | 'program'
  /** As in `#include <…>`, `-l…`, `pkg-config …`, or a shell. */
  readonly name: string
}

export interface Development {
  /** The packages to choose from for a file, the nearest place alone: one where there is no doubt. Empty where the suite has none. */
  packagesWith(file: DevelopmentFile): Promise<readonly string[]>
}

/** Reads which packages hold headers, programs and descriptions for pkg-config out of the Contents indexes of the archive. */
export async function openDevelopment(archive: Archive): Promise<Development> {
  const listing = await readListing(archive)
  return {
    async packagesWith(file) {
      if (file.kind === 'library') {
        const libraries = await openLibraries(archive)
        return forBuilding(archive, libraries.candidates(`lib${file.name}.so`))
      }
      return forBuilding(archive, nearest(listing, file))
    },
  }
}

const kept =
  /^usr\/(?:include\/\S+\.(?:h|hh|hpp|hxx)|s?bin\/[^/\s]+|(?:lib(?:\/[^/\s]+)?|share)\/pkgconfig\/[^/\s]+\.pc)\s/

/** Writes a Contents index as lines of a path and the packages that hold it: only what programs are built with is kept. */
async function writeDevelopment(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const lines: string[] = []
  for await (const line of readLines(bytes)) {
    if (!line.startsWith('usr/') || !kept.test(line)) continue
    const cut = line.search(/\s+\S+$/)
    const packages = line.slice(cut).trim().split(',')
    lines.push(`/${line.slice(0, cut)}\t${packages.map(name => name.slice(name.lastIndexOf('/') + 1)).join(',')}`)
  }
  await writeFile(path, `${lines.join('\n')}\n`)
}

async function readListing({ release, architecture, cache, suite }: Archive): Promise<string> {
  // Debian has one file a component and one for packages without an architecture, Ubuntu one for all.
  const folders = [...suiteNamed(suite).distribution.components.map(component => `${component}/`), '']
  const names = folders.flatMap(folder => [`${folder}Contents-${architecture}`, `${folder}Contents-all`])
  const texts: string[] = []
  for (const name of names) {
    const path = await cachedHints(release, name, cache, 'debian-development-1', writeDevelopment)
    if (path !== null) texts.push(await readFile(path, 'utf8'))
  }
  return texts.join('')
}

/** The holders of a file in the place searched first: a header directly in /usr/include wins over one in a directory of its own. */
function nearest(listing: string, { kind, name }: DevelopmentFile): string[] {
  const needle = kind === 'pkg-config' ? `/${name}.pc\t` : `/${name}\t`
  const place =
    kind === 'header'
      ? /^\/usr\/include\/(?:[a-z0-9_]+-linux-gnu[a-z0-9]*\/)?$/
      : kind === 'program'
        ? /^\/usr\/s?bin\/$/
        : /\/pkgconfig\/$/
  const near: string[] = []
  const far: string[] = []
  for (let at = listing.indexOf(needle); at >= 0; at = listing.indexOf(needle, at + 1)) {
    const line = listing.slice(listing.lastIndexOf('\n', at) + 1, listing.indexOf('\n', at))
    const [path = '', packages = ''] = line.split('\t')
    const isNear = place.test(path.slice(0, path.length - needle.length + 2))
    if (isNear) near.push(...packages.split(','))
    else if (kind === 'header') far.push(...packages.split(','))
  }
  return near.length > 0 ? near : far
}

/** Those this suite installs on this architecture; of several the ones made for building, without compilers for other machines. */
function forBuilding(archive: Archive, packages: readonly string[]): string[] {
  const here = [...new Set(packages)].filter(name => archive.offers(name).length > 0 && !/-cross$|mingw/.test(name))
  const development = here.filter(name => name.endsWith('-dev'))
  return (development.length > 0 ? development : here).sort()
}
