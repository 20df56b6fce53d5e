import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { list } from '../../../kit/text.ts'
import type { Tree } from '../../../model/tree.ts'
import type { LayerPart } from '../../../oci/index.ts'
import type { VenvPlace } from '../../../python/venv/place.ts'
import type { Compile } from '../bytecode.ts'
import type { Tools } from '../tools.ts'
import type { PlacedWheel } from './place.ts'

/** Counts up whenever the same wheels would make other layers. */
const rules = 3

/** Bytes from which on a wheel has a layer of its own, so that apps share it; the small ones share one. */
const large = 2_000_000
const mostLarge = 24

export interface WheelLayers {
  /** Names what is installed: exact wheels, and what the built ones are built from. */
  readonly key: string
  readonly place: VenvPlace
  /** Names the interpreter's build: bytecode may differ between two. */
  readonly python: string
  readonly compile: Compile
  /** Brings, builds and lays out what is installed. Asked for only when a layer is not in the cache. */
  readonly install: () => Promise<readonly PlacedWheel[]>
}

/**
 * The layers of an environment: the large wheels each, the small ones together; each with its bytecode. How they fall into layers is
 * remembered, so that an environment made before is neither downloaded nor listed.
 */
export async function wheelParts(layers: WheelLayers, tools: Tools): Promise<LayerPart[]> {
  let installed: Promise<readonly PlacedWheel[]> | undefined
  let compiled: Promise<readonly CompiledWheel[]> | undefined
  const install = (): Promise<readonly PlacedWheel[]> => (installed ??= layers.install())
  const compile = (): Promise<readonly CompiledWheel[]> =>
    (compiled ??= install().then(all => withBytecode(all, layers)))
  const groups = await remember(layers, install, tools)
  return groups.map(({ what, key, names }) => ({
    what,
    key,
    tree: async () => (await compile()).filter(({ name }) => names.includes(name)).flatMap(({ tree }) => tree),
  }))
}

interface CompiledWheel {
  readonly name: string
  readonly tree: Tree
}

/** All at once, so that the interpreter starts once. */
async function withBytecode(
  wheels: readonly PlacedWheel[],
  { place, compile }: WheelLayers,
): Promise<readonly CompiledWheel[]> {
  const compiled = await compile(wheels.map(({ tree, key }) => ({ tree, key: hashOf([key, place]) })))
  return wheels.map(({ distribution, tree }, i) => ({
    name: distribution.name,
    tree: [...tree, ...(compiled[i]?.tree ?? [])],
  }))
}

const grouping = z.array(z.object({ what: z.string(), key: z.string(), names: z.array(z.string()) }))
type Grouping = z.infer<typeof grouping>

async function remember(
  { key, place, python }: WheelLayers,
  install: () => Promise<readonly PlacedWheel[]>,
  { cache }: Tools,
): Promise<Grouping> {
  const path = await cache.entry('wheel-layers', hashOf([rules, key, place, python]), async target => {
    const groups = groupWheels(await install())
    await writeFile(target, JSON.stringify(groups.map(group => describe(group, place, python))))
  })
  return grouping.parse(JSON.parse(await readFile(path, 'utf8')))
}

/** Sorted by name, the large ones first, so that the order never depends on what else is installed. */
export function groupWheels(placed: readonly PlacedWheel[]): readonly (readonly PlacedWheel[])[] {
  const sized = placed.map(wheel => ({ wheel, size: sizeOf(wheel.tree) }))
  const big = sized
    .filter(({ size }) => size >= large)
    .sort((a, b) => b.size - a.size || byName(a.wheel, b.wheel))
    .slice(0, mostLarge)
    .map(({ wheel }) => wheel)
  const small = placed.filter(wheel => !big.includes(wheel)).sort(byName)
  return [...big.sort(byName).map(wheel => [wheel]), ...(small.length > 0 ? [small] : [])]
}

function sizeOf(tree: Tree): number {
  return tree.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
}

function byName(a: PlacedWheel, b: PlacedWheel): number {
  return a.distribution.name < b.distribution.name ? -1 : 1
}

function describe(group: readonly PlacedWheel[], place: VenvPlace, python: string): Grouping[number] {
  const names = group.map(({ distribution }) => distribution.name)
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return {
    what: `wheels: ${list(shown)}`,
    key: hashOf([rules, place, python, group.map(({ key }) => key)]),
    names,
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
