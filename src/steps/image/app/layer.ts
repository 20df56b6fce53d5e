import type { Checkout } from '../../../kit/checkout/index.ts'
import { list, size } from '../../../kit/text.ts'
import type { Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Tree } from '../../../model/tree.ts'
import { makeLayers, type MadeLayers } from '../../../oci/index.ts'
import { sizeOf, type Environment } from '../environment.ts'
import { launchFile } from '../launch.ts'
import type { Wanted } from '../resolve/wanted.ts'
import { refuseInConfig } from '../secrets/in-config.ts'
import { task, type Tools } from '../tools.ts'
import { compileApp } from './bytecode.ts'
import { readContext } from './context.ts'
import { dataPlaces, linkData } from './data.ts'
import { readOwnIgnores } from './own-ignores.ts'
import { ownMetadata } from './own-metadata.ts'
import { reportContext, reportUncompiled } from './report.ts'

export interface AppRequest {
  readonly plan: Plan
  readonly wanted: Wanted
  readonly checkout: Checkout
}

/** The app's files as they lie in the image, without bytecode: the repository, its metadata, launch.json. */
export function appTree(
  { plan, wanted, checkout }: AppRequest,
  lock: Lock,
  environment: Environment,
  tools: Tools,
): Tree {
  refuseInConfig(plan)
  const root = plan.root === '.' ? '' : plan.root
  const ignored = readOwnIgnores(checkout, plan)
  for (const file of ignored.unfit) {
    const text = `${file} is not heeded: it would leave out the app itself`
    tools.report({ step: 'image', level: 'info', text })
  }
  const context = readContext(checkout, plan.image, ignored)
  reportContext(context, checkout, tools)
  const installed = new Set([...lock.wheels, ...lock.sdists].map(({ name }) => name))
  const own = ownMetadata(checkout, { plan, wanted, place: environment.place }, installed)
  if (own.unversioned.length > 0) {
    const text = `only git knows the version of ${list(own.unversioned)}: importlib.metadata will say 0+unknown`
    tools.report({ step: 'image', level: 'info', text })
  }
  return [...linkData(context.tree, dataPlaces(plan, lock), root), ...own.tree, launchFile(plan, lock)]
}

/** The app's layers: what was built of its front-ends, then its own files and their bytecode. */
export async function makeAppLayer(
  source: Tree,
  built: Tree,
  environment: Environment,
  tools: Tools,
): Promise<MadeLayers> {
  const { below } = environment.made
  const make = async (): Promise<MadeLayers> => {
    const compiled = await compileApp(source, environment, tools)
    reportUncompiled(compiled.skipped, tools)
    const newer = new Set(built.map(({ path }) => path))
    const tree = [...source.filter(({ path }) => !newer.has(path)), ...compiled.tree]
    const parts = [...(built.length > 0 ? [{ what: 'front-end', tree: built }] : []), { what: 'app', tree }]
    return makeLayers(parts, { cache: tools.cache, below, unpack: true })
  }
  return task(tools, 'app', make, ({ layers }) => `app: ${size(sizeOf(layers))} compressed`)
}
