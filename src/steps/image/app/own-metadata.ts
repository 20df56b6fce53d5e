import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import type { FileEntry, Tree } from '../../../model/tree.ts'
import { normalizeName } from '../../../python/name.ts'
import { sitePackages, type VenvPlace } from '../../../python/venv/place.ts'
import { EntryPointError, parseScripts, type EntryPoint } from '../../../python/wheel/entry-points.ts'
import { writeScript } from '../../../python/wheel/script.ts'
import { isArchive, type Wanted } from '../resolve/wanted.ts'
import { appDirectory } from './entry.ts'
import { readOwnProject, type OwnProject } from './own-project.ts'

/** A version when only git's tags know it: what tools that ask git say without tags, and valid (PEP 440, "Local version identifiers"). */
const unknownVersion = '0+unknown'

export interface OwnMetadata {
  readonly tree: Tree
  /** Projects whose version could not be told from the tree. */
  readonly unversioned: readonly string[]
}

/**
 * What `pip install -e` would add to the environment for the repository's own projects: their metadata, so that
 * `importlib.metadata.version('the-app')` answers, their commands, and the directories their modules are imported from. Nothing is
 * built and no code of theirs is run. `installed` are the names of distributions that are in the environment already.
 */
export function ownMetadata(
  checkout: Checkout,
  { plan, wanted, place }: { readonly plan: Plan; readonly wanted: Wanted; readonly place: VenvPlace },
  installed: ReadonlySet<string>,
): OwnMetadata {
  const entries = new Map<string, FileEntry>()
  const unversioned: string[] = []
  const put = (entry: FileEntry): unknown => entries.set(entry.path, entry)
  for (const directory of projectDirectories(plan, wanted)) {
    const project = readOwnProject(checkout, directory)
    if (project === null || installed.has(normalizeName(project.name))) continue
    if (project.version === null) unversioned.push(project.name)
    for (const entry of distInfo(project, place)) put(entry)
    for (const script of scriptsOf(project)) put(scriptFile(script, place))
  }
  const roots = importRoots(checkout, plan, wanted)
  if (roots.length > 0) put(textFile(`${sitePackages(place)}/_app.pth`, roots.map(root => `${root}\n`).join('')))
  return { tree: [...entries.values()], unversioned }
}

/** The app's own directory, the one its manifest lies in, and those the requirements or the lock name. */
function projectDirectories(plan: Plan, wanted: Wanted): string[] {
  const { manifest } = plan.image.requirements
  const own = [plan.root, ...(manifest === null ? [] : [posix.dirname(manifest)])]
  return [...new Set([...own, ...namedDirectories(wanted)])]
}

function namedDirectories({ requirements, lock }: Wanted): string[] {
  const asked = requirements.map(({ path }) => path).filter(path => path !== null)
  const base = lock === null ? '.' : posix.dirname(lock.file)
  const locked = (lock?.packages ?? []).flatMap(({ source }) =>
    source.kind === 'path' ? [posix.normalize(posix.join(base, source.path))] : [],
  )
  return [...asked, ...locked]
    .map(path => path.replace(/\/$/, ''))
    .filter(path => !isArchive(path) && !/^\.\.(?:\/|$)/.test(path))
}

/** Absolute in the image: `src` where a project keeps its modules there, else its directory. The app's own is on the path already. */
function importRoots(checkout: Checkout, plan: Plan, wanted: Wanted): string[] {
  const installable = namedDirectories(wanted)
  const built = projectDirectories(plan, wanted).filter(directory => hasBuildSystem(checkout, directory))
  const roots = [...new Set([...installable, ...built])].flatMap(directory => {
    const source = posix.join(directory, 'src')
    if (checkout.hasDirectory(source) && !checkout.has(posix.join(source, '__init__.py'))) return [source]
    return directory === plan.root ? [] : [directory]
  })
  return [...new Set(roots)].map(root => posix.join('/', appDirectory, root)).filter(root => !/[\n\r]/.test(root))
}

function hasBuildSystem(checkout: Checkout, directory: string): boolean {
  const file = posix.join(directory, 'pyproject.toml')
  return checkout.has(file) && /^\[build-system\]/m.test(checkout.text(file) ?? '')
}

/** The core metadata that is certain (name, version), and the entry points. */
function distInfo({ name, version, entryPoints }: OwnProject, place: VenvPlace): FileEntry[] {
  const stem = `${normalizeName(name).replaceAll('-', '_')}-${(version ?? unknownVersion).replaceAll('-', '_')}`
  const directory = `${sitePackages(place)}/${stem}.dist-info`
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version ?? unknownVersion}\n`
  const points = formatEntryPoints(entryPoints)
  const more = points === '' ? [] : [textFile(`${directory}/entry_points.txt`, points)]
  return [textFile(`${directory}/METADATA`, metadata), ...more]
}

function formatEntryPoints(entryPoints: OwnProject['entryPoints']): string {
  const plain = (text: string): boolean => !/[\n\r[\]]/.test(text)
  return [...entryPoints]
    .map(([group, lines]) => [group, lines.filter(line => !/[\n\r]/.test(line))] as const)
    .filter(([group, lines]) => plain(group) && lines.length > 0)
    .map(([group, lines]) => `[${group}]\n${lines.join('\n')}\n`)
    .join('\n')
}

function scriptsOf({ entryPoints }: OwnProject): EntryPoint[] {
  try {
    const text = formatEntryPoints(new Map([['console_scripts', entryPoints.get('console_scripts') ?? []]]))
    return parseScripts(text).filter(({ name }) => !/^python(?:3(?:\.\d+)?)?$/.test(name))
  } catch (error) {
    // A command that no installer could write is none.
    if (error instanceof EntryPointError) return []
    throw error
  }
}

function scriptFile(script: EntryPoint, { prefix }: VenvPlace): FileEntry {
  return { ...textFile(`${prefix}/bin/${script.name}`, writeScript(script, `/${prefix}/bin/python`)), mode: 0o755 }
}

function textFile(path: string, text: string): FileEntry {
  const data = Buffer.from(text)
  return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
}
