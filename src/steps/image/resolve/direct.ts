import { createHash } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { download } from '../../../kit/http.ts'
import { redactUrl } from '../../../kit/secret.ts'
import type { Reason } from '../../../model/because.ts'
import type { Distribution } from '../../../model/lock.ts'
import { makeAuthorize } from '../../../python/index/credentials.ts'
import { readIndexSettings } from '../../../python/index/settings.ts'
import { normalizeName } from '../../../python/name.ts'
import { parseWheelName } from '../../../python/tag/wheel.ts'
import { parseVersion } from '../../../python/version/version.ts'
import { parseHeaders } from '../../../python/wheel/headers.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { sdistMetadata } from '../build/metadata.ts'
import type { Finder } from '../build/find-environment.ts'
import { withoutCredentials } from '../credentials.ts'
import { unsupportedRequirement } from '../errors.ts'
import { signalOf, withScratch, type Tools } from '../tools.ts'
import { inRepository } from '../wheels/fetch.ts'
import { archiveCommit, formatGit, isGit, parseGit, resolveCommit } from '../wheels/git.ts'
import { gateAddress } from './gate/address.ts'
import { standInName } from './gate/listing.ts'

/** Something asked for by the place where it lies instead of a name and versions. */
export interface DirectRequest {
  /** Normalised; null where only what lies there tells it. */
  readonly name: string | null
  /** As a lock states it. */
  readonly version: string | null
  readonly extras: readonly string[]
  /** `https://…`, `git+https://…@ref#subdirectory=…`, or `file:///` and a path in the repository, encoded. */
  readonly place: string
  readonly because: Reason
}

export interface Direct {
  readonly distribution: Distribution
  readonly extras: readonly string[]
}

/**
 * Brings what is asked for by its place, and finds out what it is: from the name of a wheel, else by building it. A branch or tag is
 * settled to the commit it means now. Throws `git-failed`, `download-failed`, `sdist-does-not-build`.
 */
export async function bringDirect(request: DirectRequest, finder: Finder, tools: Tools): Promise<Direct> {
  const found = await find(request, finder, tools)
  const wheel = parseWheelName(found.file)
  if (wheel) return direct(request, { ...found, name: wheel.name, version: wheel.version })
  // Before it is built nobody knows its version: what a lock or a tag says is handed to those that ask git for it.
  const hint = request.version ?? versionOfTag(request.place) ?? `0.0.dev0+g${found.sha256.slice(0, 7)}`
  const named = { ...found, name: request.name ?? 'unnamed', version: hint }
  if (request.name !== null && request.version !== null) return direct(request, named)
  const headers = parseHeaders(await sdistMetadata(named, finder, tools))
  const name = normalizeName(headers.get('name')?.[0] ?? named.name)
  return direct(request, { ...named, name, version: headers.get('version')?.[0] ?? hint })
}

function direct({ extras }: DirectRequest, distribution: Distribution): Direct {
  return { distribution, extras }
}

/** The line that asks the resolver for it, behind the gate. */
export function directLine({ distribution, extras }: Direct, python: string): string {
  const { name, version, file, url, sha256, size } = distribution
  const subject = { name, version, file, url, sha256, size }
  const address = parseWheelName(file)
    ? gateAddress({ kind: 'wheel', ...subject, beside: false }, file)
    : gateAddress({ kind: 'source', ...subject, python, bare: false }, standInName(name, version))
  return `${name}${extras.length > 0 ? `[${extras.join(',')}]` : ''} @ ${address}`
}

type Found = Pick<Distribution, 'file' | 'url' | 'sha256' | 'size'>

function find(request: DirectRequest, finder: Finder, tools: Tools): Promise<Found> {
  if (isGit(request.place)) return findCommit(request.place, tools)
  return request.place.startsWith(inRepository) ? findFile(request, finder) : findDownload(request.place, tools)
}

async function findCommit(place: string, tools: Tools): Promise<Found> {
  const source = parseGit(place)
  const ref = await resolveCommit(source, tools)
  if (source.ref !== ref) {
    const text = `${redactUrl(source.url)} at ${source.ref ?? 'its head'} is commit ${ref.slice(0, 12)}; recorded, so that it stays that`
    tools.report({ step: 'image', level: 'info', text })
  }
  const { sha256 } = await archiveCommit({ ...source, ref }, null, tools)
  const url = formatGit({ ...source, url: withoutCredentials(source.url), ref })
  return { file: `${ref}.tar`, url, sha256, size: null }
}

async function findFile({ place, because }: DirectRequest, { checkout }: Finder): Promise<Found> {
  const path = decodeURIComponent(place.slice(inRepository.length))
  const bytes = checkout.has(path) ? readRegular(checkout.root, path, 2 * 1024 ** 3) : null
  if (bytes === null)
    throw unsupportedRequirement({
      what: `${path} is asked for and cannot be read.`,
      why: 'It is no file of the repository that git would keep.',
      next: 'Commit the file, or name the distribution by its version.',
      evidence: [because],
    })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { file: basename(path), url: place, sha256, size: bytes.length }
}

async function findDownload(place: string, tools: Tools): Promise<Found> {
  const settings = await readIndexSettings({ project: tools.indexes ?? [] })
  const [address = '', fragment = ''] = place.split('#', 2)
  const authorization = makeAuthorize(settings)(address)?.reveal()
  const url = withoutCredentials(address)
  const file = fileOf(url)
  const [, promised] = /(?:^|&)sha256=([0-9a-f]{64})(?:&|$)/.exec(fragment) ?? []
  return withScratch(tools, async scratch => {
    const path = join(scratch, 'file')
    const sha256 = await download(url, path, promised ? { sha256: promised } : null, {
      ...(authorization === undefined ? {} : { headers: { authorization } }),
      ...signalOf(tools),
    })
    await tools.cache.entry(file.endsWith('.whl') ? 'wheel' : 'sdist', sha256, target => rename(path, target))
    return { file, url, sha256, size: null }
  })
}

/** A name that tells the archive's form; addresses of code hosts may end in a branch. */
function fileOf(url: string): string {
  const name = decodeURIComponent(basename(new URL(url).pathname))
  if (/\.(?:whl|tar\.gz|tgz|tar\.bz2|tar\.xz|tar|zip)$/i.test(name)) return name
  return /\/zip(?:ball)?\//.test(url) ? `${name || 'archive'}.zip` : `${name || 'archive'}.tar.gz`
}

function versionOfTag(place: string): string | null {
  const ref = isGit(place) ? parseGit(place).ref : null
  const version = ref?.replace(/^(?:v|release[-/])/i, '') ?? ''
  return /\d\.\d/.test(version) && parseVersion(version) !== null ? version : null
}
