import { parseStanzas, type Architecture, type Stanza } from '../../../../debian/index.ts'
import type { Package } from '../package.ts'
import type { Recorded } from './inventory.ts'
import { debianLicences, noLicences } from './licence.ts'
import { formatPurl } from './purl.ts'

/** The Debian packages of an image, from dpkg's records: one file for all, or one each under status.d where there is no dpkg. */
export function debianPackages(records: readonly Recorded[], release: Release, architecture: Architecture): Package[] {
  const texts = new Map(records.map(record => [record.path, record.text]))
  return records
    .filter(({ path }) => path === 'var/lib/dpkg/status' || path.startsWith('var/lib/dpkg/status.d/'))
    .flatMap(({ text, layer }) => parseStanzas(text).map(stanza => ({ stanza, layer })))
    .filter(({ stanza }) => isInstalled(stanza))
    .map(({ stanza, layer }) => describe(stanza, layer, { release, architecture, texts }))
}

interface Ground {
  readonly release: Release
  readonly architecture: Architecture
  readonly texts: ReadonlyMap<string, string>
}

function describe(stanza: Stanza, layer: number, { release, architecture, texts }: Ground): Package {
  const [name = '', version = ''] = [stanza.get('package'), stanza.get('version')]
  const arch = stanza.get('architecture') ?? architecture
  const copyright = texts.get(`usr/share/doc/${name}/copyright`)
  return {
    ecosystem: 'debian',
    name,
    version,
    purl: formatPurl({
      type: 'deb',
      namespace: release.id,
      name,
      version,
      qualifiers: { arch, distro: release.codename },
    }),
    layer,
    summary: stanza.get('description')?.split('\n')[0]?.trim() || null,
    homepage: addressOf(stanza.get('homepage')),
    licences: copyright === undefined ? noLicences : debianLicences(copyright),
    asks: [stanza.get('pre-depends'), stanza.get('depends')].filter(text => text !== undefined),
    provides: (stanza.get('provides') ?? '')
      .split(',')
      .map(text => text.trim().split(/[\s(:]/)[0] ?? '')
      .filter(text => text !== ''),
    source: sourceOf(stanza, name, version),
    files: null,
    sboms: [],
  }
}

/** `Source: glibc (2.41-12)`: the version is there only where it differs (Policy 5.6.1). */
function sourceOf(stanza: Stanza, name: string, version: string): { name: string; version: string } {
  const [, source = name, own = version] = /^(\S+)(?:\s+\(([^)]+)\))?/.exec(stanza.get('source') ?? '') ?? []
  return { name: source, version: own }
}

function isInstalled(stanza: Stanza): boolean {
  const named = /^[a-z0-9][a-z0-9+.-]*$/.test(stanza.get('package') ?? '') && (stanza.get('version') ?? '') !== ''
  // Images made by others leave the field out of status.d.
  return named && (stanza.get('status') ?? 'install ok installed').endsWith(' installed')
}

/** os-release(5): which distribution, and how its release is named. */
export interface Release {
  readonly id: string
  /** `trixie`; '' where it is not told. */
  readonly codename: string
  /** `13`; '' where it is not told. */
  readonly version: string
}

export function releaseOf(records: readonly Recorded[]): Release {
  const found = ['usr/lib/os-release', 'etc/os-release'].flatMap(path => records.filter(record => record.path === path))
  const field = (name: string): string =>
    new RegExp(`^${name}=["']?([A-Za-z0-9._-]+)["']?\\s*$`, 'm').exec(found[0]?.text ?? '')?.[1]?.toLowerCase() ?? ''
  return { id: field('ID') || 'debian', codename: field('VERSION_CODENAME'), version: field('VERSION_ID') }
}

export function addressOf(text: string | undefined): string | null {
  return text !== undefined && /^https?:\/\/[^\s"<>\\^`{|}]{1,500}$/.test(text) && URL.canParse(text) ? text : null
}
