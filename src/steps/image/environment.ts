import type { Checkout } from '../../kit/checkout/index.ts'
import { count, size } from '../../kit/text.ts'
import type { Layer } from '../../model/image.ts'
import type { BaseLock, Lock } from '../../model/lock.ts'
import type { Plan } from '../../model/plan.ts'
import { makeLayers, type LayerPart, type MadeLayers } from '../../oci/index.ts'
import type { VenvPlace } from '../../python/venv/place.ts'
import { makeVenv } from '../../python/venv/venv.ts'
import type { DirectoryEntry } from '../../model/tree.ts'
import { dataDirectory } from './app/data.ts'
import {
  baseKey,
  baseParts,
  bottomOf,
  interpreterKey,
  interpreterOf,
  libraryOf,
  makeBase,
  type MadeBase,
} from './base.ts'
import { makeCompile, standardLibraryPart, type Compile } from './bytecode.ts'
import type { Ground } from './ground.ts'
import { openInside, unpackStacks } from './inside.ts'
import { launcherTree } from './launch.ts'
import { task, type Tools } from './tools.ts'
import type { Twin } from './values.ts'
import { fetchFiles } from './wheels/fetch.ts'
import { wheelParts } from './wheels/layers.ts'
import { downloaded, placeWheels } from './wheels/place.ts'

/** Everything below the app, and how to compile for it. */
export interface Environment {
  /** The base's lowest layers, which packages are built on. */
  readonly bottom: readonly Layer[]
  readonly made: MadeLayers
  readonly place: VenvPlace
  readonly compile: Compile
  /** Names the interpreter's build. */
  readonly python: string
  readonly ground: Ground
}

/** There for the user the image runs as, so that the app keeps its data where nobody mounts a volume, too; a new volume of Docker's takes the owner over. */
const volume: DirectoryEntry = { kind: 'directory', path: dataDirectory, mode: 0o755, owner: 10001 }

/**
 * Makes the layers that follow from the lock alone: base, nginx, libraries, bytecode, wheels, launcher. Where this machine cannot run the
 * base, its twin's Python compiles and builds: bytecode and pure Python are the same on every processor.
 */
export async function makeEnvironment(
  plan: Plan,
  lock: Lock,
  checkout: Checkout,
  tools: Tools,
  twin: Pick<Twin, 'lock' | 'environment'> | null = null,
): Promise<Environment> {
  const place = placeOf(plan)
  const base = await task(
    tools,
    'base',
    () => makeBase(lock.base, tools),
    ({ layers }) => `base of ${nameOf(lock.base)}: ${size(sizeOf(layers))} compressed`,
  )
  const { ground } = base
  const bottom = base.layers.slice(0, Math.max(1, ground.foreign))
  const executable = interpreterOf(lock.base, place.minor)
  const { python, compile } = twin ? twin.environment : await ownCompiler(lock, base, place, tools)
  const library = {
    places: libraryOf(lock.base, place.minor),
    sources: baseKey(lock.base, [lock.base.packages]),
    python,
  }
  const workplace = { place, python, compile, builder: builderFor(lock, twin, { bottom, ground }) }
  const venv = makeVenv({ executable, version: lock.python }, place)
  const user = lock.base.kind === 'image' ? await usersOf(bottom, tools, ground) : []
  const rest: LayerPart[] = [
    standardLibraryPart(bottomOf(baseParts(lock.base, tools)), library, compile),
    ...(await packageParts(lock, checkout, workplace, tools)),
    { what: 'environment and launcher', tree: [...venv, ...launcherTree(), volume, ...user] },
  ]
  const made = await task(
    tools,
    'packages',
    () => makeLayers(rest, { cache: tools.cache, below: base.below, unpack: true }),
    ({ layers }) => `${count(lock.wheels.length + lock.sdists.length, 'package')}: ${size(sizeOf(layers))} compressed`,
  )
  const layers = [...base.layers, ...made.layers]
  return { made: { layers, below: made.below }, bottom, place, compile, python, ground }
}

/** The accounts that a base image has, beside which the app's own stands. */
async function usersOf(bottom: MadeBase['layers'], tools: Tools, ground: Ground) {
  const [lowest = ''] = await unpackStacks(bottom, tools, ground)
  const { userEntries } = await import('./base-image/user.ts')
  return userEntries(lowest)
}

/** The base's own Python compiles, and names what it compiles. */
async function ownCompiler(lock: Lock, base: MadeBase, place: VenvPlace, tools: Tools) {
  const inside = await openInside(base.layers, tools, base.ground)
  const python = interpreterKey(lock.base)
  return { python, compile: makeCompile(inside, interpreterOf(lock.base, place.minor), python, tools) }
}

/** Where packages are built: on the base itself, or on that of its twin. */
function builderFor(
  { base, compiler }: Lock,
  twin: Pick<Twin, 'lock' | 'environment'> | null,
  own: Pick<Environment, 'bottom' | 'ground'>,
) {
  if (twin === null) return { ...own, base, compiler, purely: null }
  const { bottom, ground } = twin.environment
  return { bottom, ground, base: twin.lock.base, compiler: [], purely: base.architecture }
}

/** Where the environment lies in every image: apps share its layers. */
export function placeOf(plan: Plan): VenvPlace {
  return { prefix: 'venv', minor: plan.image.base.python }
}

interface Workplace {
  readonly place: VenvPlace
  readonly python: string
  readonly compile: Compile
  readonly builder: ReturnType<typeof builderFor>
}

function packageParts(
  { wheels, sdists }: Lock,
  checkout: Checkout,
  { place, python, compile, builder: { bottom, ground, ...builder } }: Workplace,
  tools: Tools,
): Promise<LayerPart[]> {
  const key = JSON.stringify([wheels.map(nameAndHash), sdists.map(each => [nameAndHash(each), each.build])])
  const install = async (): ReturnType<typeof placeWheels> => {
    // Loaded only here: most images have their wheels already.
    const { buildSdists } = await import('./build/sdists.ts')
    const files = downloaded(wheels, await fetchFiles(wheels, checkout, tools))
    const inside = await openInside(bottom, tools, ground)
    const built = await buildSdists(sdists, { checkout, place, inside, ...builder }, tools)
    return placeWheels([...files, ...built], place, tools)
  }
  return wheelParts({ key, place, python, compile, install }, tools)
}

function nameAndHash({ name, sha256 }: Lock['wheels'][number]): string {
  return `${name} ${sha256}`
}

function nameOf(base: BaseLock): string {
  return base.kind === 'image' ? base.name : `Debian ${base.suite}`
}

export function sizeOf(layers: readonly Layer[]): number {
  return layers.reduce((total, layer) => total + layer.size, 0)
}
