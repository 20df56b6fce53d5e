import { findBelow, findImported, parentOf, type ModulePlace } from '../../../../python/source/resolve.ts'
import type { SourceTree } from '../../../../python/source/tree.ts'
import type { Candidate } from '../candidate.ts'
import { placeOf } from '../places.ts'
import type { Search } from '../search.ts'
import { everything, settingsNamedIn, type NamedSettings } from './settings.ts'
import { dotted, values } from '../../../../python/source/value.ts'

/** A Django project: a manage.py, or a wsgi.py without one, and the settings they name. */
export interface DjangoProject {
  /** The directory that is on sys.path. */
  readonly directory: string
  readonly manage: string | null
  /** For production first: what wsgi.py and asgi.py name, then manage.py. */
  readonly settings: readonly LocatedSettings[]
  /** The app objects its modules bind. */
  readonly objects: readonly Candidate[]
}

export interface LocatedSettings extends NamedSettings {
  /** Null when there is no such module. */
  readonly place: ModulePlace | null
}

/** Every Django project of the repository, tests and examples left out when anything else is there. */
export function findProjects(search: Search): DjangoProject[] {
  const { tree } = search.evaluator
  const objects = search.objects.filter(one => one.framework === 'django')
  const managers = tree.files.filter(file => placeOf(file) !== 'beside' && isManager(tree, file))
  const found = managers.map(manage =>
    projectAt(
      search,
      parentOf(manage),
      manage,
      objects.filter(one => isBelow(one.file, parentOf(manage))),
    ),
  )
  const covered = new Set(found.flatMap(project => project.objects.map(one => one.file)))
  const rest = objects.filter(one => !covered.has(one.file) && /(?:^|\/)[aw]sgi\.py$/.test(one.file))
  const bases = [...new Set(rest.map(one => parentOf(parentOf(one.file))))]
  const loose = bases.map(base =>
    projectAt(
      search,
      base,
      null,
      rest.filter(one => isBelow(one.file, base)),
    ),
  )
  // A project inside another's directory keeps what is its own.
  return [...found, ...loose].map(project => withoutNested(project, found))
}

function withoutNested(project: DjangoProject, all: readonly DjangoProject[]): DjangoProject {
  const nested = all.filter(
    one => one !== project && one.directory !== project.directory && isBelow(`${one.directory}/x`, project.directory),
  )
  return {
    ...project,
    objects: project.objects.filter(one => !nested.some(inner => isBelow(one.file, inner.directory))),
  }
}

export function isBelow(file: string, directory: string): boolean {
  return directory === '' || file.startsWith(`${directory}/`)
}

/** manage.py by what it does: other programs have that name, too. */
function isManager(tree: SourceTree, file: string): boolean {
  const text = tree.text(file)
  if (
    !text.includes('DJANGO_SETTINGS_MODULE') ||
    !/execute_from_command_line|execute_manager|ManagementUtility/.test(text)
  )
    return false
  if (/(?:^|\/)manage\w*\.py$/.test(file)) return true
  for (const one of everything(tree.module(file).body)) {
    if (one.kind !== 'expression') continue
    for (const value of values(one.value)) {
      if (value.kind === 'call' && (dotted(value.callee) ?? '').endsWith('execute_from_command_line')) return true
    }
  }
  return false
}

function projectAt(
  search: Search,
  directory: string,
  manage: string | null,
  objects: readonly Candidate[],
): DjangoProject {
  const { tree } = search.evaluator
  const ordered = [...objects].sort((a, b) => rank(a) - rank(b))
  const files = [...new Set(ordered.map(one => one.file))]
  if (files.length === 0) files.push(...wrapped(tree, directory))
  const named = [...files, ...(manage === null ? [] : [manage])].flatMap(file => settingsNamedIn(tree, file))
  const unique = named.filter((one, i) => named.findIndex(other => other.module === one.module) === i)
  return {
    directory,
    manage,
    objects: ordered,
    settings: unique.map(one => located(tree, directory, one)),
  }
}

/** The one wsgi.py that makes Django's application by a class of its own: it names the settings all the same. */
function wrapped(tree: SourceTree, directory: string): string[] {
  const found = tree.files.filter(
    file => /(?:^|\/)wsgi\.py$/.test(file) && isBelow(file, directory) && placeOf(file) === 'app',
  )
  return found.length === 1 ? found : []
}

/** wsgi.py first; asgi.py is made for every project and proves little. */
function rank(one: Candidate): number {
  return (
    (one.file.endsWith('/wsgi.py') ? 0 : one.file.endsWith('/asgi.py') ? 2 : 1) + (placeOf(one.file) === 'app' ? 0 : 4)
  )
}

function located(tree: SourceTree, directory: string, named: NamedSettings): LocatedSettings {
  return { ...named, place: locate(tree, directory, named) }
}

function locate(tree: SourceTree, directory: string, named: NamedSettings): ModulePlace | null {
  const place = findBelow(tree, directory, named.module) ?? findImported(tree, named.file, 0, named.module)
  if (place?.file) return place
  const found = ['src', 'apps', 'project', 'backend'].map(name =>
    findBelow(tree, directory === '' ? name : `${directory}/${name}`, named.module),
  )
  return found.find(one => one?.file) ?? null
}
