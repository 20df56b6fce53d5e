import { createHash } from 'node:crypto'
import { count } from '../../../kit/text.ts'
import type { Layer } from '../../../model/image.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Tree } from '../../../model/tree.ts'
import { makeLayers, type MadeLayers } from '../../../oci/index.ts'
import { readDirectory } from '../directory.ts'
import type { Environment } from '../environment.ts'
import { collectFailed } from '../errors.ts'
import { openInside } from '../inside.ts'
import { workingDirectory } from '../launch.ts'
import { task, type Tools } from '../tools.ts'
import { collect, throwAwayEnvironment, type Collected } from './collect.ts'
import { rememberStatics, type Remembered } from './memo.ts'

/** A URL prefix and the directory of the image, absolute, that holds its files. */
export interface ServedStatic {
  readonly url: string
  readonly directory: string
}

export interface WithStatics {
  /** The app's layer and that of the collected files, in their order. */
  readonly layers: readonly Layer[]
  readonly served: readonly ServedStatic[]
}

/** What collectstatic left, wherever it ran. */
export interface CollectedStatics extends Pick<Collected, 'url' | 'root'> {
  /** The files, at their places in the image. */
  readonly tree: Tree
  /** Names the files. */
  readonly key: string
}

export interface AppLayers {
  readonly source: Tree
  /** Of the front-ends. */
  readonly built: Tree
  readonly made: MadeLayers
}

/** Runs collectstatic in the app's image, once for what it depends on; null where nothing is collected. Throws `collectstatic-failed`. */
export async function collectStatics(
  plan: Plan,
  app: AppLayers,
  environment: Environment,
  tools: Tools,
): Promise<CollectedStatics | null> {
  if (!plan.image.collectStatic) return null
  const below = environment.made.layers.map(({ diffId }) => diffId).join(' ')
  const inputs = sha256(JSON.stringify([below, plan.image.serve, workingDirectory(plan), throwAwayEnvironment(plan)]))
  const files = filesOf(app)
  const remembered = (): Promise<Remembered> =>
    rememberStatics(files, inputs, tools, run(plan, app.made, environment, tools))
  const collected = await task(
    tools,
    'static files',
    async () => described(await remembered()),
    ({ tree }) => `${count(tree.filter(({ kind }) => kind === 'file').length, 'static file')} collected`,
  )
  if (collected.url !== null) refuseSource(collected.root, workingDirectory(plan))
  return collected
}

/** Lays the collected files beside an app, and says what nginx may serve of the image. */
export async function layStatics(
  plan: Plan,
  app: AppLayers,
  { environment, collected }: { readonly environment: Environment; readonly collected: CollectedStatics | null },
  tools: Tools,
): Promise<WithStatics> {
  const declared = declaredStatics(plan)
  if (collected === null) return { layers: app.made.layers, served: declared.map(({ at }) => at) }
  const { url, root, tree, key } = collected
  const own = url === null ? [] : [{ url, directory: root }]
  // What was expected to be collected counts as collectstatic says it.
  const others = declared.filter(({ expected, at }) => !expected && !own.some(each => each.url === at.url))
  const served = [...own, ...others.map(({ at }) => at)]
  if (tree.length === 0) return { layers: app.made.layers, served }
  const part = { what: 'static files', tree, key: `statics ${key}` }
  // Below the app, which changes more often; above it where the repository holds older copies of the same files.
  const committed = new Set(filesOf(app).map(({ path }) => path))
  const overlaps = tree.some(({ kind, path }) => kind !== 'directory' && committed.has(path))
  const under = overlaps ? app.made.below : environment.made.below
  const { layers } = await makeLayers([part], { cache: tools.cache, below: under, unpack: true })
  return { layers: overlaps ? [...app.made.layers, ...layers] : [...layers, ...app.made.layers], served }
}

/** Whatever lies in STATIC_ROOT, nginx serves to everybody. */
export function refuseSource(root: string, app: string): void {
  if (root !== '/' && root !== app && !app.startsWith(`${root}/`)) return
  throw collectFailed({
    what: `STATIC_ROOT is ${root}, where the app itself lies.`,
    why: 'nginx would serve the source and the settings to everybody.',
    next: "Give the collected files a directory of their own: STATIC_ROOT = BASE_DIR / 'staticfiles'.",
  })
}

/** What the app has where collectstatic runs. */
function filesOf({ source, built }: AppLayers): Tree {
  const newer = new Set(built.map(({ path }) => path))
  return [...source.filter(({ path }) => !newer.has(path)), ...built]
}

function run(plan: Plan, app: MadeLayers, environment: Environment, tools: Tools) {
  return async (take: (directory: string | null) => Promise<void>) =>
    collect(plan, await openInside([...environment.made.layers, ...app.layers], tools, environment.ground), tools, take)
}

function described({ files, key, collected: { url, root } }: Remembered): CollectedStatics {
  return { url, root, key, tree: files === null ? [] : readDirectory(files, root.slice(1)) }
}

function declaredStatics(plan: Plan): { at: ServedStatic; expected: boolean }[] {
  return plan.edge.statics.map(({ url, directory, collected }) => ({
    at: { url, directory: `${workingDirectory(plan)}/${directory}` },
    expected: collected && plan.image.collectStatic !== null,
  }))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
