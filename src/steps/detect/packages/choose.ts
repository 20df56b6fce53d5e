import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import { settleLocks, type LockedClaim } from './conflict.ts'
import type { Claim, Content } from './manager.ts'
import { isExported, isPinned, names } from './pins.ts'

/** The claim that counts, with its lock read. */
export interface Chosen {
  readonly claim: Claim
  readonly lock: Lock | null
  /** A requirements file passed over for another manifest beside it. */
  readonly passedOver: Claim | null
}

/**
 * Chooses among the claims of one directory: a lock wins over any manifest; a requirements file wins over setup.py, and over other
 * manifests when it is what was deployed (exported, pinned, or complete). @throws `conflicting-locks`
 */
export function chooseClaim(claims: readonly Claim[], checkout: Checkout): Chosen | null {
  const locked = claims.filter((claim): claim is LockedClaim => claim.lock !== null)
  if (locked.length > 0) {
    const { claim, lock } = settleLocks(locked, checkout)
    return { claim, lock, passedOver: null }
  }
  const list = claims.find(claim => claim.kind === 'list' && claim.manager === 'pip')
  const other = claims.find(claim => claim !== list)
  if (list === undefined || other === undefined) {
    const claim = list ?? other
    return claim === undefined ? null : { claim, lock: null, passedOver: null }
  }
  if (prefersList(list, other, checkout)) return { claim: list, lock: null, passedOver: null }
  const used = other.read().requirements.some(({ file }) => file === list.manifest)
  return { claim: other, lock: null, passedOver: used ? null : list }
}

function prefersList(list: Claim, other: Claim, checkout: Checkout): boolean {
  const content = list.read()
  const wanted = content.requirements.filter(({ group }) => group === null)
  // An empty list, or one of development tools alone, does not speak for the app.
  if (wanted.length === 0) return false
  if (other.manager === 'conda') return true
  const rest = other.read()
  if (other.manager === 'setuptools') return !readsList(rest, list)
  const needed = names(rest.requirements)
  if (needed.size === 0 || rest.computed !== null) return true
  if (isExported(checkout.text(list.manifest ?? '') ?? '')) return true
  const listed = names(wanted)
  const complete = [...needed].every(name => listed.has(name))
  return complete && (other.kind === 'project' || isPinned(wanted))
}

/** A list in a folder of its own that setup.py reads is a part of setup.py; one beside it is what gets deployed. */
function readsList({ requirements }: Content, { manifest }: Claim): boolean {
  const beside = /(?:^|\/)requirements?\.txt$/.test(manifest ?? '')
  return !beside && requirements.some(({ file }) => file === manifest)
}
