import type { Cache } from '../../../kit/cache.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import type { SystemLibraryFact } from '../../../model/project.ts'
import { viewImage, type ImageView } from '../../../oci/index.ts'
import type { MadeImage } from '../index.ts'
import { readLockBytes } from '../resolve/lock-file.ts'
import { productionGroup, type Wanted } from '../resolve/wanted.ts'
import type { Finding } from './advisories/find.ts'
import type { AdvisoryData } from './advisories/read.ts'
import type { Difference } from './compare.ts'
import type { Explanation } from './explain.ts'
import { takeInventory, type Inventory } from './inventory/inventory.ts'

/**
 * The account of an image: what is inside, why, where it came from, and what is known against it. Everything starts from the
 * inventory, which the image's own layers tell; the lock and the repository add hashes and reasons.
 */

export interface Vulnerabilities extends Omit<AdvisoryData, 'byPackage'> {
  /** The worst first. */
  readonly findings: readonly Finding[]
  /** How many packages were judged. */
  readonly judged: number
}

/** An image that was just made, and what it was made from. */
export interface Subject {
  readonly plan: Plan
  readonly wanted: Wanted
  readonly checkout: Checkout
  readonly made: Pick<MadeImage, 'image' | 'lock' | 'twin'>
  /** What detection found the app to call by name. */
  readonly libraries: readonly SystemLibraryFact[]
}

export interface Account {
  readonly inventory: Inventory
  /** The bill of materials, as CycloneDX JSON. */
  sbom(): Promise<string>
  /** An in-toto statement; with a key file, in a signed Sigstore bundle. JSON. Throws `unusable-key`. */
  provenance(keyFile: string | null): Promise<string>
  explain(): Promise<Explanation>
  /** What OSV records in a directory know against its packages. Throws `no-advisory-data`. */
  vulnerabilities(directory: string): Promise<Vulnerabilities>
  /** From another image, or another lock, to this one. Throws `damaged-image`. */
  compareWith(other: { readonly view: ImageView } | { readonly lock: Lock }): Promise<Difference>
}

/** Opens the account of an image in the cache. */
export async function openAccount(subject: Subject, cache: Cache): Promise<Account> {
  const { plan, made } = subject
  const { image, lock, twin } = made
  const inventory = await takeInventory(viewImage(image, cache), cache)
  const extras = extrasOf(subject.wanted)
  return {
    inventory,
    async explain() {
      const { explain } = await import('./explain.ts')
      return explain({ ...subject, inventory, lock, extras })
    },
    async vulnerabilities(directory) {
      const [{ readAdvisories }, { findVulnerabilities, judgedOf, keysOf }] = await Promise.all([
        import('./advisories/read.ts'),
        import('./advisories/find.ts'),
      ])
      const packages = judgedOf(inventory)
      const { byPackage, ...data } = await readAdvisories(directory, keysOf(packages), cache)
      const findings = findVulnerabilities(packages, byPackage)
      return { ...data, findings, judged: inventory.packages.length }
    },
    async compareWith(other) {
      const { compareInventories, compareLocks } = await import('./compare.ts')
      if ('lock' in other) return compareLocks(other.lock, lock)
      return compareInventories(await takeInventory(other.view, cache), inventory)
    },
    async sbom() {
      const { makeSbom } = await import('./sbom/sbom.ts')
      return print(makeSbom({ name: plan.name, inventory, lock, extras }))
    },
    async provenance(keyFile) {
      const { makeStatement } = await import('./provenance/statement.ts')
      const { findSource } = await import('./provenance/source.ts')
      const source = await findSource(subject.checkout)
      const lockFile = readLockBytes(subject.checkout, plan.lockFile)
      const statement = makeStatement({ plan, image, lock, twin, packages: inventory.packages, source, lockFile })
      if (keyFile === null) return print(statement)
      const [{ readKey }, { signStatement }] = await Promise.all([
        import('./provenance/key.ts'),
        import('./provenance/bundle.ts'),
      ])
      return print(signStatement(statement, await readKey(keyFile)))
    },
  }
}

function print(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Extras the repository asks for in production. */
function extrasOf({ requirements }: Wanted): ReadonlyMap<string, readonly string[]> {
  const extras = new Map<string, string[]>()
  for (const { name, extras: asked, group } of requirements)
    if (name !== null && (group === null || productionGroup.test(group)))
      extras.set(name, [...(extras.get(name) ?? []), ...asked])
  return extras
}
