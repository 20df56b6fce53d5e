import type { Candidate } from '../candidate.ts'
import { appModuleMissing, settingsMissing } from '../errors.ts'
import { reasonAt } from '../objects.ts'
import type { Search } from '../search.ts'
import { findTarget, isBound } from '../target.ts'
import type { WherryError } from '../../../../kit/error.ts'
import type { DjangoProject, LocatedSettings } from './projects.ts'
import { findMissing, type MissingImport } from '../faults.ts'
import { findBelow } from '../../../../python/source/resolve.ts'
import { development, orderForProduction } from './production.ts'
import { findUnnamed } from './unnamed.ts'
import { settingText } from './settings.ts'

/** The settings of the chosen project, for what is read from them later. */
export interface DjangoSettings {
  readonly module: string
  readonly file: string
}

export interface DjangoChoice {
  readonly project: DjangoProject
  readonly candidate: Candidate
  readonly settings: DjangoSettings | null
  /** True when no file names the settings, and they were chosen by their name. */
  readonly guessed: boolean
}

/** How a project is served: what its settings name, else the object of its wsgi.py. An error when what is named is not there. */
export function chooseDjango(
  search: Search,
  project: DjangoProject,
  wanted: string | null,
): DjangoChoice | WherryError {
  const production = orderForProduction(search, project.directory, project.settings)
  const unnamed = production.length === 0 && wanted === null ? findUnnamed(search, project.directory) : null
  if (unnamed && !unnamed.choice && unnamed.all.length > 0) return unclearSettings(project, unnamed.all)
  const asked = wanted === null ? null : locateWanted(search, project, wanted)
  const ordered = [
    ...(asked ? [asked] : unnamed?.choice ? [unnamed.choice] : []),
    ...production.filter(one => one.module !== asked?.module),
  ]
  const settings = ordered.find(one => one.place?.file)
  if (!settings && project.settings.length > 0) return missingSettings(project.settings)
  const lacking = settings && production.length > 0 ? withoutProduction(project, settings) : []
  if (lacking.length > 0) return missingSettings(lacking)
  const choice = settings?.place?.file ? { module: settings.module, file: settings.place.file } : null
  const guessed = Boolean(unnamed?.choice)
  const lost = choice ? findMissing(search, choice.file, /(?:^|\.)_?version$/) : null
  if (lost) return lostSettings(lost)
  const asgi = choice && wantsAsgi(search, choice.file) ? bySetting(search, project, choice, 'ASGI_APPLICATION') : null
  const named = asgi ?? (choice ? bySettings(search, project, ordered) : null)
  if (named && 'strength' in named) return { project, candidate: named, settings: choice, guessed }
  const object = project.objects.find(one => one.interface === 'wsgi') ?? project.objects[0]
  if (object)
    return {
      project,
      candidate: { ...object, path: project.directory, directory: directoryOf(project) },
      settings: choice,
      guessed,
    }
  if (named) return named
  return appModuleMissing({
    what: `${project.manage ?? 'The Django project'} has no wsgi.py.`,
    why: 'The settings name no WSGI_APPLICATION, and no module calls get_wsgi_application().',
    next: 'Add a wsgi.py with `application = get_wsgi_application()`, and name it in WSGI_APPLICATION.',
    evidence: project.settings.map(one => reasonAt(search.evaluator, one.file, one.line)),
  })
}

/** What a Procfile or a server's configuration sets, when it is in the repository. */
function locateWanted(search: Search, project: DjangoProject, module: string): LocatedSettings | null {
  const known = project.settings.find(one => one.module === module)
  const place = findBelow(search.evaluator.tree, project.directory, module)
  return known ?? (place?.file ? { module, file: place.file, line: 1, place } : null)
}

function unclearSettings(project: DjangoProject, all: readonly LocatedSettings[]): WherryError {
  const names = all.slice(0, 8).map(one => one.module)
  const first = project.objects[0]?.file ?? project.manage ?? 'wsgi.py'
  return settingsMissing({
    what: `Nothing says which settings module production uses: ${names.join(', ')}.`,
    why: `${first} names none, and more than one could be meant.`,
    next: `Name one in ${first}: os.environ.setdefault("DJANGO_SETTINGS_MODULE", "${names[0]}").`,
    evidence: all.slice(0, 8).map(one => ({ file: one.file, line: null, text: one.module })),
  })
}

function lostSettings({ from, line, written, text }: MissingImport): WherryError {
  return settingsMissing({
    what: `${from} imports ${written}, which is not in the repository.`,
    why: 'The settings cannot be loaded without it: it must exist wherever the app runs, and a file kept out of git does not.',
    next: `Commit the module without its secrets, or import it inside \`try … except ImportError\`.`,
    evidence: [{ file: from, line, text }],
  })
}

function bySettings(
  search: Search,
  project: DjangoProject,
  ordered: readonly LocatedSettings[],
): Candidate | WherryError | null {
  for (const one of ordered) {
    const choice = one.place?.file ? { module: one.module, file: one.place.file } : null
    const found = choice ? bySetting(search, project, choice, 'WSGI_APPLICATION') : null
    if (found) return found
  }
  return null
}

/** Channels or Daphne must be there: a stock ASGI_APPLICATION without them changes nothing. */
function wantsAsgi(search: Search, settings: string): boolean {
  if (settingText(search.evaluator.tree, settings, 'ASGI_APPLICATION') === null) return false
  return ['channels', 'daphne'].some(name => search.packages.requires(name) !== null)
}

function bySetting(
  search: Search,
  project: DjangoProject,
  settings: DjangoSettings,
  name: string,
): Candidate | WherryError | null {
  const { tree } = search.evaluator
  const setting = settingText(tree, settings.file, name)
  if (!setting) return null
  const dot = setting.text.lastIndexOf('.')
  const [module, attribute] = [setting.text.slice(0, dot), setting.text.slice(dot + 1)]
  const reason = reasonAt(search.evaluator, setting.file, setting.line)
  const target =
    dot > 0 ? findTarget(tree, `${module}:${attribute}`, [project.directory, ...roots(settings), '']) : null
  if (!target || !isBound(tree, target.file, attribute)) {
    return appModuleMissing({
      what: `${name} names ${setting.text}, which is not in the repository.`,
      why: target ? `${target.file} binds no ${attribute}.` : `There is no module ${module}.`,
      next: `Commit the module, or correct ${name} in ${setting.file}.`,
      evidence: [reason],
    })
  }
  const known = search.objects.find(one => one.file === target.file && one.attribute === attribute)
  const key = known?.key ?? `${target.file}:${attribute}`
  return {
    key,
    layers: known?.layers ?? [key],
    file: target.file,
    attribute,
    factory: false,
    interface: name === 'ASGI_APPLICATION' ? 'asgi' : (known?.interface ?? 'wsgi'),
    framework: 'django',
    strength: 'settings',
    reexport: false,
    because: [reason, ...(known?.because ?? [])],
    directory: directoryOf(project),
    path: target.path,
  }
}

/** The directory above the settings' topmost package. */
function roots(settings: DjangoSettings): string[] {
  const ending = new RegExp(`(?:^|/)${settings.module.replaceAll('.', '/')}(?:/__init__)?\\.py$`)
  return ending.test(settings.file) ? [settings.file.replace(ending, '')] : []
}

function directoryOf(project: DjangoProject): string | null {
  return project.manage === null ? null : project.directory
}

/** The settings wsgi.py names and the repository lacks, when all that is left is for development: no server should run that. */
function withoutProduction(project: DjangoProject, chosen: LocatedSettings): readonly LocatedSettings[] {
  const [first] = project.settings
  const isLacking = first !== undefined && first.file !== project.manage && !first.place?.file
  return isLacking && chosen.file === project.manage && development.test(chosen.module) ? [first] : []
}

function missingSettings([first, second, ...rest]: readonly LocatedSettings[]): WherryError {
  const all = [first, second, ...rest].filter(one => one !== undefined)
  return settingsMissing({
    what: `The settings module ${first?.module} is not in the repository.`,
    why: `${first?.file} names it${second === undefined ? '' : `, and ${second.module} is missing as well`}.`,
    next: 'Commit a settings module that reads its secrets from the environment, or name one that exists.',
    evidence: all.map(({ file, line, module }) => ({
      file,
      line,
      text: `DJANGO_SETTINGS_MODULE = ${module}`,
    })),
  })
}
