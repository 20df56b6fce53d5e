import { posix } from 'node:path'
import { isName, normalizeName } from '../../../../python/name.ts'
import { parseHeaders } from '../../../../python/wheel/headers.ts'
import { parseRecord } from '../../../../python/wheel/record.ts'
import type { Package } from '../package.ts'
import { addressOf } from './debian-packages.ts'
import type { Recorded } from './inventory.ts'
import { pythonLicences } from './licence.ts'
import { formatPurl } from './purl.ts'

/** The Python distributions of an image, from the METADATA of each .dist-info, wherever it lies: environments, the base, vendored ones. */
export function pythonPackages(records: readonly Recorded[]): Package[] {
  const inside = new Map<string, Recorded[]>()
  for (const record of records) {
    const [directory] = /^.*\.dist-info(?=\/)/.exec(record.path) ?? []
    if (directory !== undefined) inside.set(directory, [...(inside.get(directory) ?? []), record])
  }
  return [...inside].flatMap(([directory, own]) => {
    const metadata = own.find(({ path }) => path === `${directory}/METADATA`)
    return metadata ? describe(metadata, own, directory) : []
  })
}

function describe({ text, layer }: Recorded, own: readonly Recorded[], directory: string): Package[] {
  const headers = parseHeaders(text)
  const field = (name: string): string => headers.get(name)?.[0] ?? ''
  const [written, version] = [field('name'), field('version')]
  if (!isName(written) || version === '' || version.length > 128) return []
  const name = normalizeName(written)
  const record = own.find(({ path }) => path === `${directory}/RECORD`)
  return [
    {
      ecosystem: 'python',
      name,
      version,
      purl: formatPurl({ type: 'pypi', name, version }),
      layer,
      summary: field('summary') || null,
      homepage: homepageOf(headers),
      licences: pythonLicences(headers),
      asks: headers.get('requires-dist') ?? [],
      provides: [],
      source: null,
      files: record ? filesOf(record.text, posix.dirname(directory)) : null,
      sboms: own.filter(({ path }) => path.startsWith(`${directory}/sboms/`)).map(({ path, text }) => ({ path, text })),
    },
  ]
}

function homepageOf(headers: ReadonlyMap<string, readonly string[]>): string | null {
  const [own] = headers.get('home-page') ?? []
  const labelled = (headers.get('project-url') ?? []).map(text => text.split(/,\s*/, 2))
  const [, address] =
    labelled.find(([label = '']) => /^(?:homepage|home page|home|source|source code|repository)$/i.test(label)) ?? []
  return addressOf(own) ?? addressOf(address)
}

/** RECORD names files as seen from where the distribution lies: scripts by `../../../bin/name`. */
function filesOf(record: string, site: string): string[] | null {
  try {
    return parseRecord(record).map(({ path }) => posix.join(site, path))
  } catch {
    return null
  }
}
