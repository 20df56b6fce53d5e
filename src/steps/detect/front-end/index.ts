import { frontEndApart } from '../notes.ts'
import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Because } from '../../../model/because.ts'
import type { FrontEndFact, Note, StaticFact } from '../../../model/project.ts'
import type { Ground } from '../facts/ground.ts'
import { mentionsOf, type Mention } from './mentions.ts'
import { nodeOf } from './node.ts'
import { findPackages, workspaceOf, type ScriptPackage } from './packages.ts'
import { findUses, isIn, useOf, type Use } from './uses.ts'

/** A front-end that the config names itself: what it leaves out is found. */
export interface AskedFrontEnd {
  readonly directory: string
  readonly script?: string | undefined
  readonly outputs?: readonly string[] | undefined
}

export interface FrontEnds {
  readonly facts: readonly FrontEndFact[]
  readonly notes: readonly Note[]
}

/**
 * The builds of JavaScript whose output the app serves, renders or reads. It takes two witnesses: the build names a path, and the app
 * uses it, while the repository does not hold it. Output that is committed is used as it is; a front-end that nothing of the app uses
 * lives elsewhere, and a note says so.
 */
export function findFrontEnds(
  ground: Ground,
  statics: readonly StaticFact[],
  asked: readonly AskedFrontEnd[] | false | undefined,
): FrontEnds {
  if (asked === false) return { facts: [], notes: [] }
  const packages = findPackages(ground.checkout)
  if (packages.length === 0) return { facts: [], notes: [] }
  const candidates = leaders(packages).map(lead => ({ lead, mentions: mentionsIn(ground.checkout, lead, packages) }))
  const uses = findUses(ground, statics, [
    ...new Set(candidates.flatMap(({ mentions }) => mentions.map(({ path }) => path))),
  ])
  const facts: FrontEndFact[] = []
  const notes: Note[] = []
  for (const { lead, mentions } of candidates) {
    const wish = asked?.find(({ directory }) => plain(directory) === lead.directory)
    if (asked !== undefined && wish === undefined) continue
    const found = wish?.outputs
      ? { outputs: wish.outputs.map(plain).filter(path => path !== ''), because: [] }
      : outputsOf(lead, mentions, uses, ground)
    if (found.outputs.length > 0)
      facts.push(factOf(ground.checkout, { ...lead, script: wish?.script ?? lead.script }, found))
    else if (lead.isPageApp && !isServedCommitted(lead, mentions, uses, ground)) notes.push(noteOf(lead))
  }
  return { facts, notes }
}

/** A path of the config as paths are here: `./web/dist/` is `web/dist`, `.` is ''. */
function plain(path: string): string {
  return posix.normalize(path).replace(/\/$/, '').replace(/^\.$/, '')
}

/** Packages that stand for themselves: not those whose workspace has a script that builds them all. */
function leaders(packages: readonly ScriptPackage[]): ScriptPackage[] {
  const all = packages.filter(({ delegates }) => delegates)
  return packages.filter(
    one => !all.some(other => other !== one && (other.directory === '' || isIn(one.directory, other.directory))),
  )
}

function mentionsIn(checkout: Checkout, lead: ScriptPackage, packages: readonly ScriptPackage[]): Mention[] {
  const members = lead.delegates ? packages.filter(one => one !== lead && isIn(one.directory, lead.directory)) : []
  return [lead, ...members].flatMap(one => mentionsOf(checkout, one))
}

function outputsOf(
  lead: ScriptPackage,
  mentions: readonly Mention[],
  uses: readonly Use[],
  ground: Ground,
): { readonly outputs: readonly string[]; readonly because: Because } {
  const found = new Map<string, Because>()
  for (const { path, because } of mentions) {
    const isAbove = path === lead.directory || isIn(lead.directory, path)
    if (isAbove || found.has(path) || isCommitted(ground.checkout, path)) continue
    const use = useOf(path, lead.directory, uses, ground)
    if (use) found.set(path, [use, because])
  }
  const outputs = [...found.keys()].filter(path => ![...found.keys()].some(other => isIn(path, other))).sort()
  return { outputs, because: found.get(outputs[0] ?? '') ?? [] }
}

/** A directory that git only keeps open (`.gitkeep`) holds no output. */
function isCommitted(checkout: Checkout, path: string): boolean {
  if (checkout.has(path)) return true
  if (!checkout.hasDirectory(path)) return false
  return checkout.children(path).some(name => !/^\.git(?:keep|ignore)$|^README\.md$/i.test(name))
}

function isServedCommitted(
  lead: ScriptPackage,
  mentions: readonly Mention[],
  uses: readonly Use[],
  ground: Ground,
): boolean {
  return mentions.some(
    ({ path }) =>
      path !== lead.directory &&
      !isIn(lead.directory, path) &&
      isCommitted(ground.checkout, path) &&
      useOf(path, lead.directory, uses, ground) !== null,
  )
}

function factOf(
  checkout: Checkout,
  lead: ScriptPackage,
  { outputs, because }: { readonly outputs: readonly string[]; readonly because: Because },
): FrontEndFact {
  const { directory, lock, manager } = workspaceOf(checkout, lead.directory)
  return {
    directory: lead.directory || '.',
    workspace: directory || '.',
    manager,
    lock,
    script: lead.script,
    outputs,
    node: nodeOf(checkout, lead),
    tool: lead.tool,
    because: because.length > 0 ? because : [{ file: lead.file, line: null, text: lead.script }],
  }
}

function noteOf({ directory, file }: ScriptPackage): Note {
  return frontEndApart(
    `${directory === '' ? 'package.json' : `${directory}/`} builds pages that nothing of this app serves: they are not in the image`,
    [{ file, line: null, text: 'scripts.build' }],
  )
}
