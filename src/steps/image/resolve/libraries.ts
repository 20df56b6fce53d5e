import { openLibraries, type Archive } from '../../../debian/index.ts'
import { list } from '../../../kit/text.ts'
import type { BaseLock, DebianPackage, SystemLibrary } from '../../../model/lock.ts'
import type { SystemLibraryFact } from '../../../model/project.ts'
import type { Tree } from '../../../model/tree.ts'
import type { LayerPart } from '../../../oci/index.ts'
import { neededLibraries } from '../../../python/elf/needs.ts'
import type { Tools } from '../tools.ts'
import type { PlacedWheel } from '../wheels/place.ts'
import { resolveAddition } from './base.ts'
import type { Request } from './request-hash.ts'

/** The Debian packages for libraries and programs that are asked for by name while the app runs, where no shared object tells. */
const byName: Readonly<Record<string, readonly string[]>> = {
  cairo: ['libcairo2'],
  enchant: ['libenchant-2-2'],
  ffmpeg: ['ffmpeg'],
  gdal: ['gdal-bin', 'libproj25'],
  git: ['git'],
  graphviz: ['graphviz'],
  ldap: ['libldap2'],
  magic: ['libmagic1'],
  magickwand: ['libmagickwand-6.q16-6', 'libmagickwand-7.q16-10'],
  odbc: ['unixodbc'],
  pandoc: ['pandoc'],
  pango: ['libpango-1.0-0', 'libpangoft2-1.0-0', 'libharfbuzz-subset0'],
  poppler: ['poppler-utils'],
  pq: ['libpq5'],
  sndfile: ['libsndfile1'],
  tesseract: ['tesseract-ocr'],
  wkhtmltopdf: ['wkhtmltopdf'],
  xmlsec: ['libxmlsec1-openssl'],
  zbar: ['libzbar0'],
}

export interface Ground {
  readonly baseLock: BaseLock
  readonly archive: Archive
  readonly placed: readonly PlacedWheel[]
  /** The layers of the base. */
  readonly parts: readonly LayerPart[]
}

/** The Debian packages an app needs beyond the base: found in its wheels, asked for by name, or named in its configuration. */
export async function resolveLibraries(
  { plan, libraries }: Request,
  { baseLock, archive, placed, parts }: Ground,
  { report }: Tools,
): Promise<{ packages: readonly DebianPackage[]; needs: readonly SystemLibrary[] }> {
  const beneath = await Promise.all(parts.map(async ({ tree }) => (typeof tree === 'function' ? tree() : tree)))
  const { needs, missing } = await findNeeds(placed, beneath, archive, baseLock.architecture)
  for (const { soname, neededBy } of missing) {
    const text = `${neededBy} asks for ${soname}, which no package of ${baseLock.suite} holds; what uses it will fail`
    report({ step: 'image', level: 'warning', text })
  }
  const found = [...new Set(needs.map(need => need.package))]
  if (found.length > 0) report({ step: 'image', level: 'info', text: `wheels need ${list(found)}` })
  const names = [...found, ...packagesByName(libraries, archive), ...plan.image.debianPackages]
  return { packages: names.length === 0 ? [] : resolveAddition(archive, names, baseLock), needs }
}

/** Names of packages to add for what is asked for by name; names that this suite lacks are passed over. */
function packagesByName(facts: readonly SystemLibraryFact[], archive: Archive): string[] {
  return facts.flatMap(({ name }) => {
    const names = byName[name] ?? []
    const here = names
      .flatMap(candidate => [candidate, `${candidate}t64`])
      .filter(candidate => archive.offers(candidate).length > 0)
    return [...new Set(here)]
  })
}

/** What the wheels' shared objects need beyond the base, and the package that holds each; null where no package does. */
async function findNeeds(
  placed: readonly PlacedWheel[],
  beneath: readonly Tree[],
  archive: Archive,
  architecture: BaseLock['architecture'],
): Promise<{ needs: SystemLibrary[]; missing: { soname: string; neededBy: string }[] }> {
  const owners = new Map(
    placed.flatMap(({ distribution, tree }) => tree.map(({ path }) => [path, distribution.name] as const)),
  )
  const { libraries } = neededLibraries(
    placed.flatMap(({ tree }) => tree),
    architecture === 'amd64' ? 'x86-64' : 'aarch64',
  )
  const held = new Set(beneath.flatMap(tree => tree.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))))
  const wanted = libraries.filter(({ soname }) => !held.has(soname))
  if (wanted.length === 0) return { needs: [], missing: [] }
  const index = await openLibraries(archive)
  const needs: SystemLibrary[] = []
  const missing: { soname: string; neededBy: string }[] = []
  for (const { soname, neededBy } of wanted) {
    const by = owners.get(neededBy[0] ?? '') ?? neededBy[0] ?? ''
    const name = await index.packageHolding(soname)
    if (name === null) missing.push({ soname, neededBy: by })
    else needs.push({ soname, package: name, neededBy: by })
  }
  return { needs, missing }
}
