import { nearest } from '../kit/text.ts'
import type { DebianPackage } from '../model/lock.ts'
import type { Archive, Offer } from './archive.ts'
import { packageNotFound, unsatisfiableDependency } from './errors.ts'
import { parseDependencies, printClause, satisfies, type Clause, type Relation } from './relation.ts'

export interface ResolveOptions {
  /** Packages left out, together with what only they need: every dependency on them counts as met. */
  readonly omit?: readonly string[]
  /** Packages that are there already, such as those of the base: used where they serve, not in the result. */
  readonly present?: readonly Pick<DebianPackage, 'name' | 'version'>[]
}

/**
 * The packages that must be unpacked so that those named work: Pre-Depends and Depends, newest versions over the pockets,
 * Essential packages not implied. Of alternatives the one already chosen is taken, else the first that can be installed (Debian
 * Policy 7.1). The result depends on the archive and the set of names only, and is sorted by name. Throws `package-not-found`
 * and `unsatisfiable-dependency`.
 */
export function resolve(archive: Archive, names: readonly string[], options: ResolveOptions = {}): DebianPackage[] {
  const asked = [...new Set(names)].sort()
  const omit = new Set((options.omit ?? []).filter(name => !asked.includes(name)))
  const present = new Map((options.present ?? []).map(each => [each.name, each.version]))
  const chosen = new Map<string, Offer>()
  const queue: Chosen[] = []
  const choose = (offer: Offer, because: readonly string[]): void => {
    if (chosen.has(offer.name)) return
    chosen.set(offer.name, offer)
    queue.push({ offer, because })
  }
  const state: State = { archive, omit, present, chosen, judged: new Map() }
  for (const name of asked) if (!present.has(name)) choose(named(state, name), [])
  for (let at = 0; at < queue.length; at += 1) {
    const { offer, because } = queue[at]!
    for (const clause of parseDependencies(offer.depends)) {
      if (met(state, clause)) continue
      const next = installable(state, clause)
      if (!next) throw unsatisfiable(offer, clause, because)
      choose(next, [...because, offer.name])
    }
  }
  return [...chosen.values()].map(toPackage).sort((a, b) => (a.name < b.name ? -1 : 1))
}

interface Chosen {
  readonly offer: Offer
  /** The chain of packages that led here. */
  readonly because: readonly string[]
}

interface State {
  readonly archive: Archive
  readonly omit: ReadonlySet<string>
  readonly present: ReadonlyMap<string, string>
  readonly chosen: ReadonlyMap<string, Offer>
  /** Whether an offer can be installed, by its hash. */
  readonly judged: Map<string, boolean>
}

function named(state: State, name: string): Offer {
  const relation: Relation = { name, operator: null, version: '' }
  const found = offersFor(state, relation)[0]
  if (found) return found
  const close = nearest(name, state.archive.names())
  throw packageNotFound({
    what: `${state.archive.suite} has no package ${name} for ${state.archive.architecture}.`,
    ...(close === null ? {} : { why: `the nearest name is ${close}` }),
    next: 'Correct the name, or choose a suite that has it.',
  })
}

/** True when something chosen, present or left out serves one of the alternatives. */
function met(state: State, clause: Clause): boolean {
  return clause.some(relation => {
    if (state.omit.has(relation.name)) return true
    const own = state.chosen.get(relation.name)?.version ?? state.present.get(relation.name)
    if (own !== undefined && satisfies(own, relation)) return true
    return state.archive.providers(relation.name).some(provider => {
      if (!satisfies(provider.version, relation)) return false
      return state.omit.has(provider.name) || state.chosen.has(provider.name) || state.present.has(provider.name)
    })
  })
}

function installable(state: State, clause: Clause): Offer | null {
  for (const relation of clause) {
    const offer = offersFor(state, relation).find(offer => canInstall(state, offer))
    if (offer) return offer
  }
  return null
}

/** What could serve a relation: versions of the package itself, then those that stand in for it, by priority and name. */
function offersFor(state: State, relation: Relation): Offer[] {
  const taken = (name: string): boolean => state.chosen.has(name) || state.present.has(name)
  const own = state.archive.offers(relation.name).filter(offer => satisfies(offer.version, relation))
  const standing = state.archive
    .providers(relation.name)
    .filter(provider => satisfies(provider.version, relation))
    .flatMap(provider => state.archive.offers(provider.name).slice(0, 1))
    .sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
  // Another version of a package that is chosen already cannot be added to it.
  return [...own, ...standing].filter(offer => !taken(offer.name))
}

/** True when every dependency could be met in turn. A package that is being judged higher up counts as installable (cycles). */
function canInstall(state: State, offer: Offer): boolean {
  const known = state.judged.get(offer.sha256)
  if (known !== undefined) return known
  state.judged.set(offer.sha256, true)
  const can = parseDependencies(offer.depends).every(
    clause => met(state, clause) || clause.some(r => offersFor(state, r).some(next => canInstall(state, next))),
  )
  state.judged.set(offer.sha256, can)
  return can
}

function unsatisfiable(offer: Offer, clause: Clause, because: readonly string[]): Error {
  const chain = [...because, offer.name].join(' → ')
  return unsatisfiableDependency({
    what: `${offer.name} ${offer.version} needs ${printClause(clause)}, which cannot be installed.`,
    why: `it was chosen by ${chain}`,
    next: 'The mirror is perhaps being updated: try again later, or use another mirror.',
  })
}

function toPackage({ name, version, pocket, path, size, sha256 }: Offer): DebianPackage {
  return { name, version, pocket, path, size, sha256 }
}
