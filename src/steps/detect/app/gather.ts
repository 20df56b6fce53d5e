import type { WherryError } from '../../../kit/error.ts'
import { isWherryError } from '../../../kit/error.ts'
import type { Candidate } from './candidate.ts'
import { claimOf, claimOfNaming, type Claim } from './claims.ts'
import { fromEntries } from './meant.ts'
import type { Hint } from './choose.ts'
import { readCommands, type WrittenCommand } from './commands.ts'
import { chooseDjango, type DjangoChoice } from './django/choose.ts'
import { findProjects, type DjangoProject } from './django/projects.ts'
import { placeOf } from './places.ts'
import { readNamings } from './named.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import { ownCandidates, type Program } from './programs.ts'
import type { FullSearch, Search } from './search.ts'
import { setUpByPrograms } from './set-up.ts'

/** Everything with a claim to be the app, from all sources of evidence. */
export interface Gathered {
  readonly candidates: readonly Candidate[]
  readonly hints: readonly Hint[]
  readonly claims: readonly Claim[]
  readonly commands: readonly WrittenCommand[]
  readonly django: readonly DjangoChoice[]
  /** Why a Django project cannot be served. */
  readonly broken: readonly WherryError[]
}

export function gather(search: FullSearch, programs: readonly Program[]): Gathered {
  const commands = readCommands(search.texts)
  const claims = [
    ...commands.flatMap(one => claimOf(search, one)),
    ...readNamings(search.texts, search.evaluator).flatMap(one => claimOfNaming(search, one)),
  ]
  // No server of ours passes arguments to a factory.
  const firm = claims.filter(claim => claim.firm && claim.candidate !== null && claim.args.trim() === '')
  const hints = claims.flatMap(({ candidate, reason, serious }) =>
    candidate ? [{ file: candidate.file, attribute: candidate.attribute, from: parentOf(reason.file), serious }] : [],
  )

  const wanted =
    commands
      .filter(one => one.firm)
      .map(one => one.command.environment.get('DJANGO_SETTINGS_MODULE'))
      .find(name => name !== undefined) ?? null
  const projects = findProjects(search)
  const choices = projects.map(project => chooseDjango(search, project, wanted))
  const django = choices.filter((one): one is DjangoChoice => !isWherryError(one))
  const covered = new Set(projects.flatMap(project => project.objects.map(one => `${one.file}:${one.attribute}`)))
  const objects = search.objects.filter(one => one.interface !== 'own' && !covered.has(`${one.file}:${one.attribute}`))

  const candidates = [
    ...firm.flatMap(claim => settle(claim, django)),
    ...django.map(one => one.candidate),
    ...objects,
    ...startedInSource(search, programs),
    ...ownCandidates(search.evaluator, programs, search.objects),
    ...setUpByPrograms(search, programs),
  ]
  return {
    candidates,
    hints,
    claims,
    commands,
    django,
    broken: choices.filter((one, i): one is WherryError => isWherryError(one) && isMain(projects[i])),
  }
}

/** A project that is shown, or whose settings are for tests, is not what the repository is for. */
function isMain(project: DjangoProject | undefined): boolean {
  if (!project || (project.manage !== null && placeOf(project.manage) !== 'app')) return false
  return !project.settings.some(one => placeOf(one.place?.file ?? `${one.module.replaceAll('.', '/')}.py`) === 'beside')
}

/**
 * A Django object that is named belongs to its project, whose settings say more: only a Procfile that names another object than they do,
 * or an ASGI server, is followed.
 */
function settle(claim: Claim, django: readonly DjangoChoice[]): Candidate[] {
  const { candidate, reason } = claim
  if (!candidate) return []
  const choice = django.find(
    ({ project }) => project.manage === candidate.file || project.objects.some(one => one.file === candidate.file),
  )
  if (!choice) return candidate.framework === 'django' && candidate.attribute === null ? [] : [candidate]
  const own = { ...choice.candidate, because: [reason, ...choice.candidate.because] }
  const explicit = /(?:^|\/)Procfile$/.test(reason.file) && candidate.attribute !== null && candidate.file !== own.file
  return [explicit ? candidate : { ...own, strength: 'named' }]
}

/** Objects that a program of the repository starts a production server on: `uvicorn.run("pkg.main:app")`. */
function startedInSource(search: Search, programs: readonly Program[]): Candidate[] {
  return programs.flatMap(({ file, entries }) => {
    const serious = entries.filter(entry => entry.kind === 'target' || (entry.kind === 'app' && !entry.development))
    const candidate = fromEntries(search, serious, parentOf(file), file)
    const reason = serious[0]
    if (!candidate || !reason || candidate.factory) return []
    return [{ ...candidate, strength: 'named in source' as const }]
  })
}
