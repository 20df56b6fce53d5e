import { access, chmod, constants, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../../kit/exec.ts'
import type { Cache } from '../../kit/cache.ts'
import { unpackWheel } from '../wheel/unpack.ts'
import { compareVersions } from '../version/version.ts'
import { makeAuthorize } from './credentials.ts'
import { findDefaultIndex } from './default-index.ts'
import { uvNotFound } from './errors.ts'
import { fetchDistributions } from './fetch.ts'
import { listFiles, type IndexFile } from './listing.ts'
import type { IndexSettings } from './settings.ts'

export interface Uv {
  /** Absolute path. */
  readonly path: string
  readonly version: string
  /** Variables its process needs beside the user's own. */
  readonly env: Readonly<Record<string, string>>
}

export interface FindUvOptions {
  readonly cache: Cache
  readonly settings: IndexSettings
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
  /** It will run in a Linux image, which is another system than this machine's on macOS. */
  readonly inside?: boolean
}

/** The first uv that writes pylock.toml from requirements and from uv.lock alike. */
const floor = '0.7.0'
/** What we bring ourselves stays below the first series not tried: uv changes its options between minor versions. */
const ceiling = '0.14.0'

/**
 * A usable uv: the user's own, or one brought from the package index of their settings into the cache, verified by the index's
 * hash. It only resolves; what it resolved is in the lock, so which uv it was does not matter to an image. @throws `uv-not-found`
 */
export async function findUv(options: FindUvOptions): Promise<Uv> {
  const env = options.env ?? process.env
  const installed = isForeign(options) ? null : await findInstalled(env)
  return installed ?? bringUv(options, env)
}

async function findInstalled(env: Readonly<Record<string, string | undefined>>): Promise<Uv | null> {
  for (const directory of (env['PATH'] ?? '').split(':')) {
    const path = join(directory, 'uv')
    if (!directory.startsWith('/') || !(await isExecutable(path))) continue
    const version = await askVersion(path)
    if (version !== null && compareVersions(version, floor) >= 0) return { path, version, env: await uvEnvironment() }
  }
  return null
}

async function bringUv(options: FindUvOptions, env: Readonly<Record<string, string | undefined>>): Promise<Uv> {
  const { cache, settings } = options
  const index = settings.indexes.find(({ main }) => main)?.url ?? (await findDefaultIndex(env))
  if (index === null)
    throw missing('no setting of pip or uv names a package index, and there is no pip to ask for its own')
  const authorize = makeAuthorize(settings, env)
  const files = await listFiles(index, 'uv', authorize)
  const foreign = isForeign(options)
  const platform = foreign ? linuxPlatform() : hostPlatform()
  const chosen = chooseUv(files ?? [], platform)
  if (chosen === null) throw missing(`the package index holds no uv for ${Object.values(platform).join(' ')}`)
  const { file, url, size, sha256, version } = chosen
  const path = await cache.entry('uv', `${version}-${sha256.slice(0, 16)}`, async target => {
    const distribution = { name: 'uv', version, file, url, size, sha256 }
    const signal = options.signal ? { signal: options.signal } : {}
    const [wheel = ''] = await fetchDistributions([distribution], { cache, authorize, ...signal })
    const { files } = await unpackWheel({ path: wheel, file, sha256 }, cache)
    const program = files.find(({ path }) => path.endsWith('.data/scripts/uv'))
    if (!program) throw missing(`${file} holds no program`)
    await copyFile(program.bytes, target)
    await chmod(target, 0o755)
  })
  if (!foreign && (await askVersion(path)) === null) throw missing(`${file} does not run on this machine`)
  return { path, version, env: await uvEnvironment() }
}

interface Platform {
  readonly system: string
  readonly machine: string
}

function isForeign({ inside }: FindUvOptions): boolean {
  return inside === true && process.platform !== 'linux'
}

/** An engine on another system runs Linux of the same architecture. */
function linuxPlatform(): Platform {
  return { system: 'manylinux', machine: process.arch === 'arm64' ? 'aarch64' : 'x86_64' }
}

/** The wheel tags' words for this machine. */
function hostPlatform(): Platform {
  const arm = process.platform === 'darwin' ? 'arm64' : 'aarch64'
  const machine = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? arm : process.arch
  if (process.platform === 'darwin') return { system: 'macosx', machine }
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return { system: header?.glibcVersionRuntime ? 'manylinux' : 'musllinux', machine }
}

/** The newest final version between floor and ceiling that has a wheel for the platform and a hash. */
export function chooseUv(
  files: readonly IndexFile[],
  { system, machine }: Platform,
): (IndexFile & { readonly version: string; readonly sha256: string }) | null {
  let best: (IndexFile & { readonly version: string; readonly sha256: string }) | null = null
  for (const file of files) {
    const [, version, tags = ''] = /^uv-(\d+\.\d+\.\d+)-py3-none-(.+)\.whl$/.exec(file.file) ?? []
    const { sha256 } = file
    if (!version || sha256 === null || file.yanked) continue
    if (!tags.split('.').some(tag => tag.startsWith(`${system}_`) && tag.endsWith(`_${machine}`))) continue
    if (compareVersions(version, floor) < 0 || compareVersions(version, ceiling) >= 0) continue
    if (best === null || compareVersions(version, best.version) > 0) best = { ...file, version, sha256 }
  }
  return best
}

async function askVersion(path: string): Promise<string | null> {
  try {
    const { code, stdout } = await exec([path, '--version'], { timeout: 20_000 })
    return code === 0 ? (/^uv (\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null) : null
  } catch {
    return null
  }
}

const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

/**
 * uv trusts its own list of authorities unless told otherwise, and fails behind a company's proxy. The machine's list, where there is
 * one, is what its user expects. UV_NATIVE_TLS is the older name of the same switch.
 */
async function uvEnvironment(): Promise<Readonly<Record<string, string>>> {
  if (process.platform === 'linux' && !(await Promise.all(bundles.map(isReadable))).includes(true)) return {}
  return { UV_SYSTEM_CERTS: 'true', UV_NATIVE_TLS: 'true' }
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function missing(why: string): Error {
  return uvNotFound({
    what: 'uv is needed to resolve the requirements, and there is none.',
    why,
    next: 'Install uv, or name your package index with UV_DEFAULT_INDEX.',
  })
}
