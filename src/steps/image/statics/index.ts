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
import { collect, throwAwayEnvironment } from './collect.ts'
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

/** Adds the collected static files to an app, and says what nginx may serve of the image. Throws `collectstatic-failed`. */
export async function addStatics(
  plan: Plan,
  app: { readonly source: Tree; readonly built: Tree; readonly made: MadeLayers },
  environment: Environment,
  tools: Tools,
): Promise<WithStatics> {
  const declared = declaredStatics(plan)
  if (!plan.image.collectStatic) return { layers: app.made.layers, served: declared.map(({ at }) => at) }
  const below = environment.made.layers.map(({ diffId }) => diffId).join(' ')
  const inputs = sha256(JSON.stringify([below, plan.image.serve, workingDirectory(plan), throwAwayEnvironment(plan)]))
  const newer = new Set(app.built.map(({ path }) => path))
  const all = [...app.source.filter(({ path }) => !newer.has(path)), ...app.built]
  const { tree, key, collected } = await task(
    tools,
    'static files',
    async () => withTree(await rememberStatics(all, inputs, tools, run(plan, app.made, environment, tools))),
    found => `${count(found.tree.filter(({ kind }) => kind === 'file').length, 'static file')} collected`,
  )
  if (collected.url !== null) refuseSource(collected.root, workingDirectory(plan))
  const own = collected.url === null ? [] : [{ url: collected.url, directory: collected.root }]
  // What was expected to be collected counts as collectstatic says it.
  const others = declared.filter(({ expected, at }) => !expected && !own.some(({ url }) => url === at.url))
  const served = [...own, ...others.map(({ at }) => at)]
  if (tree.length === 0) return { layers: app.made.layers, served }
  const part = { what: 'static files', tree, key: `statics ${key}` }
  // Below the app, which changes more often; above it where the repository holds older copies of the same files.
  const committed = new Set(all.map(({ path }) => path))
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

function run(plan: Plan, app: MadeLayers, environment: Environment, tools: Tools) {
  return async (take: (directory: string | null) => Promise<void>) =>
    collect(plan, await openInside([...environment.made.layers, ...app.layers], tools, environment.ground), tools, take)
}

function withTree(remembered: Remembered): Remembered & { readonly tree: Tree } {
  const { files, collected } = remembered
  return { ...remembered, tree: files === null ? [] : readDirectory(files, collected.root.slice(1)) }
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
