import { createHash } from 'node:crypto'
import {
  assembleBase,
  fetchDebs,
  findMirrors,
  omittedPackages,
  openArchive,
  resolve,
  type Architecture,
} from '../debian/index.ts'
import type { Cache } from '../kit/cache.ts'
import type { Layer } from '../model/image.ts'
import type { DebianPackage } from '../model/lock.ts'
import { makeLayers, unpackLayers } from '../oci/index.ts'
import type { Service } from './service.ts'

export interface ServiceImageOptions {
  /** The archives' suite: the one of the app's base. */
  readonly suite: string
  readonly architecture: Architecture
  readonly cache: Cache
  readonly signal?: AbortSignal
  /** The packages it was made of before: they stay, so that no archive is asked and no version changes under its data. */
  readonly packages?: readonly DebianPackage[]
}

export interface ServiceImage {
  readonly packages: readonly DebianPackage[]
  /** The directory of the unpacked layer on this machine. */
  readonly directory: string
  readonly layers: readonly Layer[]
}

/** Counts up whenever the same packages would be assembled differently. */
const rules = 1

/** What every service needs beside its own packages: users, /bin/sh (initdb starts its server through popen), time zones. */
const underneath = ['base-files', 'dash', 'libc-bin', 'netbase', 'tzdata']

/** The root file system of a service, from signed packages of the archive; made once, by content. Throws what `debian` does. */
export async function makeServiceImage(service: Service, options: ServiceImageOptions): Promise<ServiceImage> {
  const { suite, architecture, cache } = options
  const signal = options.signal ? { signal: options.signal } : {}
  const mirrors = await findMirrors(suite)
  const choose = async (): Promise<readonly DebianPackage[]> => {
    const archive = await openArchive(suite, { architecture, mirrors, cache, ...signal })
    const { ask, omit } = service.packages([...archive.names()])
    return resolve(archive, [...underneath, ...ask], { omit: [...omittedPackages, ...omit] })
  }
  const packages = options.packages ?? (await choose())
  const key = createHash('sha256').update(
    `service ${rules} ${architecture} ${packages.map(({ sha256 }) => sha256).join(' ')}`,
  )
  const tree = async () => assembleBase(await fetchDebs(packages, { mirrors, cache, ...signal }), architecture)
  const part = { what: `service: ${service.kind}`, key: key.digest('hex'), tree }
  const { layers } = await makeLayers([part], { cache, unpack: true })
  return { packages, layers, directory: await unpackLayers(layers, { cache }) }
}

/** The major version of a server, from the package that is named after it, else from its version. */
export function majorOf(service: Service, packages: readonly Pick<DebianPackage, 'name' | 'version'>[]): string {
  const named = packages.map(({ name }) => /^postgresql-(\d+)$/.exec(name)?.[1]).find(major => major !== undefined)
  if (named !== undefined) return named
  const { ask } = service.packages([])
  const version = packages.find(({ name }) => name === ask[0])?.version ?? ''
  return /^(?:\d+:)?(\d+)/.exec(version)?.[1] ?? ''
}
