import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import type { FileEntry } from '../../../model/tree.ts'
import type { PlacedWheel } from '../wheels/place.ts'
import type { ToolRequest } from './build-tools.ts'
import { chooseDistributions, mergeChosen, type Chosen } from './distributions.ts'

/**
 * `pkg_resources` was on every machine for so long that much code imports it without declaring setuptools, which brought it until 81
 * (https://setuptools.pypa.io/en/stable/history.html). An import at the left margin runs whenever the module is imported.
 */
const atMargin = /^(?:import pkg_resources|from pkg_resources(?:\.\w+)* import)\b/m
const requirement = 'setuptools<81'
/** Python removed distutils in 3.12 (PEP 632); setuptools stands in for it. Wheels hold it in modules nobody imports: only the app counts. */
const distutils = /^(?:import distutils|from distutils(?:\.\w+)* import)\b/m

/** What was chosen with setuptools added, when something asks for it that did not declare it; null when nothing does. */
export async function undeclared(
  chosen: Chosen,
  placed: readonly PlacedWheel[],
  { checkout, plan }: { readonly checkout: Checkout; readonly plan: Plan },
  { resolver, options, tags }: ToolRequest,
): Promise<Chosen | null> {
  const all = [...chosen.wheels, ...chosen.sdists]
  if (all.some(({ name }) => name === 'setuptools')) return null
  if (!sourcesAsk(checkout, plan) && !placed.some(wheelAsks)) return null
  const constraints = all.map(({ name, version }) => `${name}==${version}`)
  const outcome = await resolver.compile([requirement], { ...options, constraints, pinned: false })
  if (!('lock' in outcome)) return null
  return mergeChosen(chosen, chooseDistributions(outcome.lock, tags, new Map()))
}

function sourcesAsk({ root, files }: Checkout, plan: Plan): boolean {
  const below = plan.root === '.' ? '' : `${plan.root}/`
  const sources = files.filter(
    file => file.startsWith(below) && file.endsWith('.py') && !/(?:^|\/)(?:tests?|docs|setup\.py$)/.test(file),
  )
  return sources.some(file => asks({ file: join(root, file) }, [atMargin, distutils]))
}

function wheelAsks({ tree }: PlacedWheel): boolean {
  const isSource = ({ kind, path }: PlacedWheel['tree'][number]): boolean =>
    kind === 'file' && path.endsWith('.py') && !/\/(?:tests?|testing|_vendor)\//.test(path)
  return tree.some(entry => isSource(entry) && entry.kind === 'file' && asks(entry.bytes, [atMargin]))
}

function asks(bytes: FileEntry['bytes'], patterns: readonly RegExp[]): boolean {
  try {
    const data = 'data' in bytes ? bytes.data : readFileSync(bytes.file)
    const text = Buffer.from(data).toString('latin1')
    return patterns.some(pattern => pattern.test(text))
  } catch {
    return false // What cannot be read is named where it is packed.
  }
}
