import { createHash } from 'node:crypto'
import type { UnpackedDeb } from '../../debian/index.ts'
import { pythonOf } from '../../debian/suites.ts'
import type { BaseLock, DebianBaseLock, DebianPackage, ImageBaseLock } from '../../model/lock.ts'
import type { Tree } from '../../model/tree.ts'
import { makeLayers, surveyLayers, type LayerPart, type MadeLayers } from '../../oci/index.ts'
import type { OpenBase } from './base-image/open-base.ts'
import { restoreCredentials } from './credentials.ts'
import { ownGround, type Ground } from './ground.ts'
import { signalOf, type Tools } from './tools.ts'

/** Counts up whenever the same packages would be assembled differently. */
const rules = 1

/** The Debian packages a base has before anything is added: ours, or those a base image came with. */
export function heldBy(lock: BaseLock): readonly { readonly name: string; readonly version: string }[] {
  return lock.kind === 'image' ? lock.held : lock.packages
}

/** The base's Python, absolute in the image. */
export function interpreterOf(lock: BaseLock, minor: string): string {
  return lock.kind === 'image' ? lock.interpreter.executable : `/usr/bin/python${minor}`
}

/** Where the standard library lies, as prefixes of paths in a tree. */
export function libraryOf(lock: BaseLock, minor: string): readonly string[] {
  if (lock.kind === 'image') return [`${lock.interpreter.library.slice(1)}/`]
  return [`usr/lib/python${minor}/`, 'usr/lib/python3/']
}

export interface MadeBase extends MadeLayers {
  readonly ground: Ground
}

/** Makes the base's layers, or only those below nginx; the layers of a base image stay as they are. */
export async function makeBase(lock: BaseLock, tools: Tools, which: 'all' | 'bottom' = 'all'): Promise<MadeBase> {
  const options = { cache: tools.cache, unpack: true }
  const parts = baseParts(lock, tools)
  if (lock.kind === 'debian')
    return { ...(await makeLayers(which === 'all' ? parts : parts.slice(0, 1), options)), ground: groundOn(lock) }
  const { view, ground } = await openBaseImage(lock, tools)
  const below = await surveyLayers(view.image.layers, { cache: tools.cache })
  const added = await makeLayers(which === 'all' ? parts.slice(1) : [], { ...options, below })
  return { layers: [...view.image.layers, ...added.layers], below: added.below, ground }
}

/**
 * The base's layers, the lowest first, each keyed by the hashes of its packages, so that what is cached is not even listed. The lowest
 * one of a base image stands for all of its own and is there to be looked at.
 */
export function baseParts(lock: BaseLock, tools: Tools): LayerPart[] {
  let base: Promise<Tree> | undefined
  const fetch = debFetcher(lock, tools)
  const baseTree = (): Promise<Tree> => (base ??= bottomTree(lock, tools))
  const add = async (packages: readonly DebianPackage[], below: readonly Tree[]): Promise<Tree> =>
    (await debian()).assembleAddition(await fetch(packages), below, lock.architecture)
  const nginxTree = async (): Promise<Tree> => add(lock.nginx, [await baseTree()])
  const libraryTree = async (): Promise<Tree> => add(lock.libraries, [await baseTree(), await nginxTree()])
  const what = lock.kind === 'image' ? `base: ${lock.name}` : `base: Debian ${lock.suite}`
  const parts: LayerPart[] = [{ what, key: baseKey(lock, [lock.packages]), tree: baseTree }]
  // A base image may bring nginx.
  if (lock.nginx.length > 0)
    parts.push({ what: 'nginx', key: baseKey(lock, [lock.packages, lock.nginx]), tree: nginxTree })
  if (lock.libraries.length > 0) {
    const names = lock.libraries.map(({ name }) => name).join(', ')
    const key = baseKey(lock, [lock.packages, lock.nginx, lock.libraries])
    parts.push({ what: `libraries: ${names}`, key, tree: libraryTree })
  }
  return parts
}

async function bottomTree(lock: BaseLock, tools: Tools): Promise<Tree> {
  if (lock.kind === 'image') return (await openBaseImage(lock, tools)).tree()
  return (await debian()).assembleBase(await debFetcher(lock, tools)(lock.packages), lock.architecture)
}

/** Loaded where something of a base is missing only: mostly all of it is in the cache. */
function debian() {
  return import('../../debian/index.ts')
}

/** Loaded where there is a base image only: most apps have none. */
async function openBaseImage({ reference, architecture }: ImageBaseLock, tools: Tools): Promise<OpenBase> {
  return (await import('./base-image/open-base.ts')).openBase(reference, architecture, tools)
}

/** Brings packages of the lock, unpacked, from the archives it names. */
export function debFetcher(
  lock: BaseLock,
  tools: Tools,
): (packages: readonly DebianPackage[]) => Promise<readonly UnpackedDeb[]> {
  let mirrors: Promise<BaseLock['mirrors']> | undefined
  return async packages => {
    const { fetchDebs } = await debian()
    return fetchDebs(packages, {
      mirrors: await (mirrors ??= mirrorsOf(lock)),
      cache: tools.cache,
      ...signalOf(tools),
    })
  }
}

/** The lowest layer: Python and what it needs. */
export function bottomOf(parts: readonly LayerPart[]): LayerPart {
  const [bottom] = parts
  if (!bottom) throw new Error('a base has a layer')
  return bottom
}

/** The lock's addresses, with the credentials this machine's own settings hold for them. */
async function mirrorsOf(lock: BaseLock): Promise<BaseLock['mirrors']> {
  const { findMirrors } = await debian()
  const own = await findMirrors(lock.suite).catch(() => null)
  const known = [own?.archive, own?.security].filter(address => typeof address === 'string')
  const { archive, security } = lock.mirrors
  return {
    archive: restoreCredentials(archive, known),
    security: security === null ? null : restoreCredentials(security, known),
  }
}

/** What an assembled base depends on: every package's hash, in order, the image below them, and our own rules. */
export function baseKey(lock: BaseLock, groups: readonly (readonly DebianPackage[])[]): string {
  const image = lock.kind === 'image' ? ` ${digestIn(lock)}` : ''
  const hash = createHash('sha256').update(`base ${rules} ${lock.architecture}${image}`)
  for (const group of groups) hash.update(`\n${group.map(({ sha256 }) => sha256).join(' ')}`)
  return hash.digest('hex')
}

/** What bytecode depends on: the interpreter's own packages, or its image. Another libc or OpenSSL compiles the same. */
export function interpreterKey(lock: BaseLock): string {
  const own = lock.packages.filter(({ name }) => /^(?:lib)?python3(?:\.\d+)?(?:-minimal|-stdlib)?$/.test(name))
  const text = lock.kind === 'image' ? digestIn(lock) : own.map(({ sha256 }) => sha256).join(' ')
  return createHash('sha256').update(text).digest('hex')
}

/** The same image in another registry is the same base. */
function digestIn({ reference }: ImageBaseLock): string {
  return reference.slice(reference.indexOf('@') + 1)
}

/** What every process finds on it: the version as the official Python images have it in theirs, which apps show and some need. */
export function groundOn(lock: Pick<DebianBaseLock, 'suite' | 'packages'>): Ground {
  return { ...ownGround, env: { PYTHON_VERSION: pythonVersion(lock, pythonOf(lock.suite)) } }
}

/** The upstream version of the base's Python: `3.13.5`, from the package version `3.13.5-2+deb13u1`. */
export function pythonVersion(lock: Pick<DebianBaseLock, 'packages'>, minor: string): string {
  const found = lock.packages.find(({ name }) => name === `python${minor}-minimal`)?.version
  return /^(?:\d+:)?(3\.\d+\.\d+)/.exec(found ?? '')?.[1] ?? `${minor}.0`
}

/** The version of the base's C library: `2.41`, which says what wheels can run. 2.31 where it cannot be told, which all bases have. */
export function libcVersion(lock: BaseLock): string {
  if (lock.kind === 'image') return lock.interpreter.glibc
  const version = lock.packages.find(({ name }) => name === 'libc6')?.version ?? ''
  return /^(?:\d+:)?(2\.\d+)/.exec(version)?.[1] ?? '2.31'
}
