import type { Checkout } from '../../../kit/checkout/index.ts'
import { list } from '../../../kit/text.ts'
import type { Lock } from '../../../python/lock/lock.ts'
import { largestLock, readLock } from '../../../python/lock/read.ts'
import { conflictingLocks } from './errors.ts'
import type { Claim } from './manager.ts'
import { isExported, lockedVersions } from './pins.ts'

export type LockedClaim = Claim & { readonly lock: string }

interface Settled {
  readonly claim: LockedClaim
  readonly lock: Lock
}

/** The one lock that counts. Several are a conflict, unless the others were exported from it or pin the same. @throws `conflicting-locks` */
export function settleLocks(claims: readonly LockedClaim[], checkout: Checkout): Settled {
  const settled = claims.map(claim => ({
    claim,
    lock: readLock(checkout.text(claim.lock, largestLock) ?? '', claim.lock),
  }))
  const [first, ...others] = settled
  if (first === undefined) throw new Error('settleLocks was given no lock')
  const different = others.filter(other => !isExport(other, checkout) && !pinTheSame(first.lock, other.lock))
  if (different.length === 0) return first
  const files = [first, ...different].map(({ claim }) => claim.lock)
  throw conflictingLocks({
    what: `${list(files)} pin different things.`,
    why: firstDifference(first, different),
    next: `Keep the lock of the package manager you use, and delete the other: git rm ${files.slice(1).join(' ')} or git rm ${files[0] ?? ''}.`,
    evidence: files.map(file => ({ file, line: null, text: 'lock file' })),
  })
}

/** Only the standard's lock is ever written from another lock. */
function isExport({ claim }: Settled, checkout: Checkout): boolean {
  return /(?:^|\/)pylock[^/]*\.toml$/.test(claim.lock) && isExported(checkout.text(claim.lock, largestLock) ?? '')
}

/** One may leave out groups that the other holds, so the smaller must be part of the larger. */
function pinTheSame(a: Lock, b: Lock): boolean {
  const [small, large] = [lockedVersions(a), lockedVersions(b)].toSorted((x, y) => x.size - y.size)
  if (small === undefined || large === undefined || small.size === 0) return small?.size === large?.size
  return [...small].every(([name, versions]) => [...versions].every(version => large.get(name)?.has(version) === true))
}

function firstDifference(first: Settled, different: readonly Settled[]): string {
  const ours = lockedVersions(first.lock)
  for (const { claim, lock } of different) {
    for (const [name, versions] of lockedVersions(lock)) {
      const [theirs = ''] = versions
      const [mine] = ours.get(name) ?? []
      if (mine !== undefined && mine !== theirs)
        return `${name} is ${mine} in ${first.claim.lock} and ${theirs} in ${claim.lock}.`
    }
  }
  return 'Each holds packages the other lacks.'
}
