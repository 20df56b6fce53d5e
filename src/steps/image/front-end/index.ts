import { createHash } from 'node:crypto'
import { cpSync, lstatSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { hashFile } from '../../../kit/hash-file.ts'
import { count } from '../../../kit/text.ts'
import type { FrontEndPlan, Plan } from '../../../model/plan.ts'
import type { Entry, FileEntry, Tree } from '../../../model/tree.ts'
import { openRegistry } from '../../../node/registry/registry.ts'
import { readNpmSettings } from '../../../node/registry/settings.ts'
import { appDirectory } from '../app/entry.ts'
import { makeBase, type MadeBase } from '../base.ts'
import { findWritten, readDirectory } from '../directory.ts'
import { openInside } from '../inside.ts'
import type { Lock } from '../../../model/lock.ts'
import { task, withScratch, type Tools } from '../tools.ts'
import { frontEndEmpty } from './errors.ts'
import { inputsOf } from './inputs.ts'
import { fetchPackages, lockedPackages } from './packages.ts'
import { bringPrograms } from './programs.ts'
import { runFrontEnd, type FrontEndJob } from './run.ts'

/** Counts up whenever the same front-end would be built otherwise. */
const rules = 1

/**
 * What the app's front-ends become, as files of the app. Each is built once for its inputs, its packages and its Node.js: packages are
 * fetched by the lock's hashes without running any of their code, then installed and built where there is no network. Neither Node.js nor
 * node_modules enters the image. Throws `front-end-unsupported`, `front-end-failed`, `front-end-left-nothing`.
 */
export async function buildFrontEnds(plan: Plan, lock: Lock, checkout: Checkout, tools: Tools): Promise<Tree> {
  const built = new Map<string, Entry>()
  for (const frontEnd of plan.image.frontEnds)
    for (const entry of await buildFrontEnd({ plan, frontEnd, lock, checkout }, tools)) built.set(entry.path, entry)
  return [...built.values()]
}

interface Request {
  readonly plan: Plan
  readonly frontEnd: FrontEndPlan
  readonly lock: Lock
  readonly checkout: Checkout
}

async function buildFrontEnd({ plan, frontEnd, lock, checkout }: Request, tools: Tools): Promise<Tree> {
  const { directory, outputs } = frontEnd
  const programs = lock.frontEnd?.builds.find(build => build.directory === directory)?.programs
  if (!programs) throw new Error(`the lock names nothing that builds ${directory}`)
  const job = async (): Promise<FrontEndJob> => {
    const cpu = lock.base.architecture === 'arm64' ? 'arm64' : 'x64'
    return {
      frontEnd,
      inputs,
      packages: await lockedPackages(checkout, frontEnd, cpu),
      programs,
      env: plan.image.buildEnv,
    }
  }
  const inputs = inputsOf(checkout, frontEnd)
  const key = keyOf({ frontEnd, inputs, programs, env: plan.image.buildEnv })
  const kept = await tools.cache.entry('front-end', key, async target => build(await job(), lock, target, tools))
  return outputs.flatMap(output => treeAt(kept, output))
}

async function build(job: FrontEndJob, lock: Lock, target: string, tools: Tools): Promise<void> {
  const { frontEnd } = job
  const registry = openRegistry(await readNpmSettings(), tools.cache, tools.signal)
  await withScratch(tools, async scratch => {
    const room = { app: join(scratch, 'app'), home: join(scratch, 'home'), registry: join(scratch, 'registry') }
    await Promise.all([mkdir(room.app), mkdir(room.home)])
    const [programs] = await Promise.all([
      bringPrograms(job.programs, registry, tools),
      fetchPackages(job.packages, room.registry, registry, tools),
    ])
    const system = await systemLayers(lock, tools)
    const inside = await openInside(system.layers, tools, system.ground)
    const where = frontEnd.directory === '.' ? 'the front-end' : frontEnd.directory
    const title = `building ${where}`
    const told = (text: string): void => tools.report({ step: 'image', level: 'progress', task: title, text })
    await task(
      tools,
      title,
      async () => {
        await runFrontEnd(job, { ...room, programs }, inside, told)
        return take(frontEnd, room.app, target)
      },
      n => `${where}: ${count(n, 'file')} built`,
    )
  })
}

/** The base, with the tools of a system on it. */
function systemLayers({ base, frontEnd }: Lock, tools: Tools): Promise<MadeBase> {
  return makeBase({ ...base, libraries: frontEnd?.packages ?? [] }, tools)
}

/** Keeps the outputs alone. Everything there was written by code of others: a path is followed through real directories only. */
async function take({ outputs, directory }: FrontEndPlan, app: string, target: string): Promise<number> {
  await mkdir(target)
  for (const output of outputs) {
    const from = findOutput(app, output)
    const status = from === null ? undefined : lstatSync(from, { throwIfNoEntry: false })
    if (from === null || !(status?.isFile() || status?.isDirectory())) continue
    await mkdir(join(target, dirname(output)), { recursive: true })
    // Links stay links, and nothing they lead to is copied; a FIFO would never end.
    cpSync(from, join(target, output), { recursive: true, verbatimSymlinks: true, filter: isKept })
  }
  const files = outputs.flatMap(output => treeAt(target, output)).filter(({ kind }) => kind === 'file').length
  if (files > 0) return files
  throw frontEndEmpty({
    what: `The build of ${directory === '.' ? 'the front-end' : directory} left no file in ${outputs.join(', ')}.`,
    next: 'Name what it leaves under `front-end` in wherry.toml: outputs = ["…"].',
  })
}

/** Where an output lies, if it does; null for one that leads up, or through a link. */
function findOutput(root: string, output: string): string | null {
  const parent = basename(output) === '..' ? null : findWritten(root, dirname(output))
  return parent === null ? null : join(parent, basename(output))
}

function isKept(path: string): boolean {
  const status = lstatSync(path)
  return status.isFile() || status.isDirectory() || status.isSymbolicLink()
}

/** An output below another one may lie behind a link that the build left there: it would lead to the files of this machine. */
export function treeAt(root: string, output: string): Tree {
  const path = `${appDirectory}/${output}`
  const file = findOutput(root, output)
  const status = file === null ? undefined : lstatSync(file, { throwIfNoEntry: false })
  if (file === null || status === undefined) return []
  if (status.isDirectory()) return readDirectory(file, path).filter(isInside)
  return status.isFile() ? [{ kind: 'file', path, mode: 0o644, size: status.size, bytes: { file } }] : []
}

/** A link that leads out of the app would lead elsewhere in the image. */
function isInside(entry: Entry): boolean {
  return entry.kind !== 'link' || (!entry.target.startsWith('/') && !entry.target.split('/').includes('..'))
}

function contentOf({ bytes }: FileEntry): string {
  return 'data' in bytes ? createHash('sha256').update(bytes.data).digest('hex') : hashFile(bytes.file)
}

function keyOf(facts: Omit<FrontEndJob, 'packages'>): string {
  const hash = createHash('sha256').update(JSON.stringify([rules, facts.frontEnd, facts.programs, facts.env]))
  for (const entry of facts.inputs) {
    hash.update(`\n${JSON.stringify([entry.path, entry.kind, 'mode' in entry ? entry.mode : 0])} `)
    if (entry.kind === 'link') hash.update(entry.target)
    if (entry.kind === 'file') hash.update(contentOf(entry))
  }
  return hash.digest('hex')
}
