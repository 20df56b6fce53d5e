import { createHash } from 'node:crypto'
import type { Architecture } from '../../../kit/architecture.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { assembleCompiler, compilerOmitted, compilerPackages, resolve, type Archive } from '../../../debian/index.ts'
import type { BaseLock, DebianPackage, Distribution } from '../../../model/lock.ts'
import type { Tree } from '../../../model/tree.ts'
import { layOutTree } from '../../../oci/index.ts'
import type { VenvPlace } from '../../../python/venv/place.ts'
import { makeVenv } from '../../../python/venv/venv.ts'
import { baseKey, baseParts, bottomOf, debFetcher, heldBy, interpreterOf } from '../base.ts'
import type { Inside } from '../inside.ts'
import { task, type Tools } from '../tools.ts'
import { fetchFiles } from '../wheels/fetch.ts'
import { downloaded, placeWheels } from '../wheels/place.ts'

/**
 * Where source distributions are built: the lowest layer of the app's own base, on it a compiler and headers of the same suite. What is
 * built there links with the libraries the image will have. Nothing of it enters the image.
 */
export interface Builder {
  readonly checkout: Checkout
  readonly place: VenvPlace
  /** The base's lowest layer: Python and what it needs. */
  readonly inside: Inside
  readonly base: BaseLock
  readonly compiler: readonly DebianPackage[]
  /** An architecture that this machine is not of, which packages are built for: then nothing may be compiled. Null where all is its own. */
  readonly purely: Architecture | null
}

/** The packages of the compiler as the archive has them now. */
export function resolveCompiler(archive: Archive, base: BaseLock): DebianPackage[] {
  // The headers of a base image's Python are its own.
  const names = base.kind === 'image' ? compilerPackages.filter(name => name !== 'python3-dev') : compilerPackages
  return resolve(archive, names, { omit: compilerOmitted, present: heldBy(base) })
}

/** What packages of headers bring beyond base and compiler. Throws `package-not-found`, `unsatisfiable-dependency`. */
export function resolveHeaders(
  archive: Archive,
  names: readonly string[],
  { base, compiler }: Pick<Builder, 'base' | 'compiler'>,
): DebianPackage[] {
  if (names.length === 0) return []
  return resolve(archive, names, { omit: compilerOmitted, present: [...heldBy(base), ...compiler] })
}

/** Directories of the compiler and of headers, to lie on the base's; none where nothing is compiled. Each is laid out once. */
export async function compilerLayers(
  packages: readonly DebianPackage[] | null,
  { base, compiler }: Builder,
  tools: Tools,
): Promise<string[]> {
  if (packages === null) return []
  const fetch = debFetcher(base, tools)
  const bottom = async (): Promise<Tree> => {
    const { tree } = bottomOf(baseParts(base, tools))
    return typeof tree === 'function' ? tree() : tree
  }
  const compilerTree = async (): Promise<Tree> =>
    assembleCompiler(await fetch(compiler), [await bottom()], base.architecture)
  const headersTree = async (): Promise<Tree> =>
    assembleCompiler(await fetch(packages), [await bottom(), await compilerTree()], base.architecture)
  const layOut = (what: string, groups: readonly (readonly DebianPackage[])[], tree: () => Promise<Tree>) =>
    layOutTree({ what, key: `compiler ${baseKey(base, [base.packages, ...groups])}`, tree }, tools)
  const lowest = await layOut('compiler', [compiler], () =>
    task(tools, `assembling a compiler of ${base.suite}`, compilerTree),
  )
  return packages.length === 0 ? [lowest] : [lowest, await layOut('headers', [compiler, packages], headersTree)]
}

/** A virtual environment of build tools as a directory: two sdists with the same tools share it. */
export async function toolLayer(
  wheels: readonly Distribution[],
  { place, checkout, base }: Builder,
  tools: Tools,
): Promise<string> {
  const venv = makeVenv({ executable: interpreterOf(base, place.minor), version: place.minor }, place)
  const files = downloaded(wheels, await fetchFiles(wheels, checkout, tools))
  const placed = await placeWheels(files, place, tools)
  return layOutTree({ what: 'build tools', tree: [...venv, ...placed.flatMap(({ tree }) => tree)] }, tools)
}

/** Names everything a build in this builder depends on beside the sdist: base and compiler count only where something is compiled. */
export function builderKey({ base, compiler, place }: Builder, packages: readonly DebianPackage[] | null): string {
  if (packages === null) return place.minor
  return createHash('sha256')
    .update(baseKey(base, [base.packages, compiler, packages]))
    .digest('hex')
}
