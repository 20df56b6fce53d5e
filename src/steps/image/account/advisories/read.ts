import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../../../../kit/cache.ts'
import { mapParallel } from '../../../../kit/parallel.ts'
import { openZip } from '../../../../python/wheel/zip.ts'
import { noAdvisoryData } from '../errors.ts'
import { advisoriesOf, parseRecord, type Advisory } from './osv.ts'

/** What is known of vulnerabilities, from a directory on this machine: nothing is asked of the network. */
export interface AdvisoryData {
  /** Advisories by `ecosystem/name`, the ecosystem's first part in front: `Debian/glibc`. */
  readonly byPackage: ReadonlyMap<string, readonly Advisory[]>
  /** RFC 3339; when the newest record was last changed, which tells how old the data is. */
  readonly newest: string | null
  readonly records: number
  /** Files that were no OSV record. */
  readonly unreadable: number
}

/** Counts up whenever the same records would be read differently. */
const rules = 1
const ecosystems: ReadonlySet<string> = new Set(['PyPI', 'Debian', 'Ubuntu'])
const largest = 4 * 1024 ** 2
const zipLimits = { members: 1_000_000, total: 16 * 1024 ** 3, ratio: 1000 }

/**
 * Reads OSV records as osv.dev exports them: JSON files, or an `all.zip` of them, in the directory or below it, at most three deep
 * (`PyPI/all.zip`, `Debian/DEBIAN-CVE-2024-1.json`). The same files are read once, whatever is asked of them later; `wanted` are the
 * packages (`packageKey`) to know of. Throws `no-advisory-data`.
 */
export async function readAdvisories(
  directory: string,
  wanted: ReadonlySet<string>,
  cache: Cache,
): Promise<AdvisoryData> {
  const files = await listFiles(directory, 3)
  if (files.length === 0)
    throw noAdvisoryData({
      what: `${directory} holds no OSV records.`,
      next: 'Fill it with the exports of osv.dev for PyPI and Debian: JSON files, or their all.zip.',
    })
  const sizes = await mapParallel(files, 32, async file => [file, await stat(file)] as const)
  const key = createHash('sha256').update(`${rules}\n`)
  for (const [file, { size, mtimeMs }] of sizes) key.update(`${file} ${size} ${mtimeMs}\n`)
  const path = await cache.entry('osv', key.digest('hex'), async target => writeFile(target, await index(files)))
  return readIndex(await readFile(path, 'utf8'), wanted)
}

/** A line of JSON about all, then a line a package, its key in front: of seventy thousand records, few are about any one image. */
function readIndex(text: string, wanted: ReadonlySet<string>): AdvisoryData {
  const head = text.indexOf('\n')
  const byPackage = new Map<string, readonly Advisory[]>()
  for (let at = head + 1; at < text.length;) {
    const end = text.indexOf('\n', at)
    const tab = text.indexOf('\t', at)
    const key = text.slice(at, tab)
    if (wanted.has(key)) byPackage.set(key, JSON.parse(text.slice(tab + 1, end)) as readonly Advisory[])
    at = end + 1
  }
  return { ...(JSON.parse(text.slice(0, head)) as Omit<AdvisoryData, 'byPackage'>), byPackage }
}

async function listFiles(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown): Dirent[] => {
    throw noAdvisoryData({
      what: `${directory} cannot be read.`,
      next: 'Name a directory of OSV records: --advisories DIR, WHERRY_OSV, or image.advisories in wherry.toml.',
      cause,
    })
  })
  const found: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name)
    if (entry.isFile() && /\.(?:json|zip)$/.test(entry.name)) found.push(path)
    else if (entry.isDirectory() && depth > 1) found.push(...(await listFiles(path, depth - 1)))
  }
  return found
}

async function index(files: readonly string[]): Promise<string> {
  const byPackage = new Map<string, Advisory[]>()
  let [newest, records, unreadable]: [string | null, number, number] = [null, 0, 0]
  const add = (text: string): void => {
    const record = parseRecord(text)
    if (record === null) {
      unreadable += 1
      return
    }
    records += 1
    const { modified = '' } = record
    if (/^\d{4}-\d{2}-\d{2}T/.test(modified) && (newest === null || modified > newest)) newest = modified
    for (const advisory of advisoriesOf(record, ecosystems)) {
      const key = packageKey(advisory.ecosystem, advisory.name)
      const known = byPackage.get(key)
      if (known) known.push(advisory)
      else byPackage.set(key, [advisory])
    }
  }
  for (const file of files) {
    if (file.endsWith('.zip')) await readZip(file, add)
    else if ((await stat(file)).size <= largest) add(await readFile(file, 'utf8'))
    else unreadable += 1
  }
  const lines = [...byPackage].map(([key, advisories]) => `${key}\t${JSON.stringify(advisories)}\n`)
  return `${JSON.stringify({ newest, records, unreadable })}\n${lines.join('')}`
}

async function readZip(file: string, add: (text: string) => void): Promise<void> {
  try {
    const zip = await openZip(file, zipLimits)
    try {
      const members = zip.members.filter(({ path }) => path.endsWith('.json'))
      await mapParallel(members, 16, async member => add((await zip.read(member, largest)).toString('utf8')))
    } finally {
      await zip.close()
    }
  } catch (cause) {
    throw noAdvisoryData({ what: `${file} cannot be read.`, next: 'Download it again.', cause })
  }
}

export function packageKey(ecosystem: string, name: string): string {
  return `${ecosystem.split(':')[0]}/${name.toLowerCase().replaceAll(/\s/g, ' ')}`
}
