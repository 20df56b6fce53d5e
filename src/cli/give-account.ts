import { writeFile } from 'node:fs/promises'
import { openCache } from '../kit/cache.ts'
import type { Made } from '../ship/values.ts'
import type { Finding } from '../steps/image/account/advisories/find.ts'
import { isAtLeast } from '../steps/image/account/advisories/severity.ts'
import { openAccount, type Account } from '../steps/image/account/index.ts'
import { advisoryDirectory, noAdvisoryDirectory } from './advisory-directory.ts'
import type { Face } from './face/index.ts'
import type { Style } from './face/style.ts'
import type { FailLevel } from './values.ts'

/** What of an image's account is wanted; null for what is not. */
export interface AccountWish {
  readonly explain: boolean
  /** What to compare with. */
  readonly diff: string | null
  /** A directory of OSV records; true for the one that is set elsewhere, false for none. */
  readonly advisories: string | boolean
  readonly failOn: FailLevel | null
  /** Files to write. */
  readonly sbom: string | null
  readonly provenance: string | null
  /** The private key that signs provenance. */
  readonly key: string | null
}

export interface GivenAccount {
  /** Members of the command's JSON. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly pages: readonly ((style: Style) => string)[]
  /** Whether something was found that the caller asked to fail for. */
  readonly fails: boolean
}

/** Writes the documents that are wanted, and gives the pages. */
export async function giveAccount(ready: Made, wish: AccountWish, face: Face): Promise<GivenAccount> {
  const { plan, made, detected } = ready
  const { checkout, project } = detected
  const wanted = { ...detected.packages, directory: '.' }
  const cache = openCache()
  const account = await openAccount({ plan, made, wanted, checkout, libraries: project.systemLibraries }, cache)
  await writeDocuments(account, wish, text => face.report({ step: 'image', level: 'info', text }))
  const facts: Record<string, unknown> = {}
  const pages: ((style: Style) => string)[] = []
  if (wish.explain) {
    const [explanation, { explainPage }] = await Promise.all([account.explain(), import('./pages/explain.ts')])
    facts['explain'] = explanation
    pages.push(style => explainPage(explanation, style))
  }
  if (wish.diff !== null) {
    const [{ findOther }, { differencePage }] = await Promise.all([
      import('./other-image.ts'),
      import('./pages/difference.ts'),
    ])
    const other = await findOther(wish.diff, {
      cache,
      repository: checkout.root,
      app: detected.app,
      lockFile: plan.lockFile,
      architecture: made.image.config.architecture,
    })
    const difference = await account.compareWith(other)
    facts['diff'] = { from: other.name, ...difference }
    pages.push(style => differencePage(difference, { from: other.name, to: 'this tree' }, style))
  }
  if (wish.advisories === false) return { facts, pages, fails: false }
  const directory = advisoryDirectory(wish.advisories === true ? null : wish.advisories, detected)
  if (directory === null) throw noAdvisoryDirectory()
  const title = 'reading vulnerability data'
  face.report({ step: 'image', level: 'start', task: title, text: title })
  const known = await account.vulnerabilities(directory)
  face.report({ step: 'image', level: 'done', task: title, text: `${known.records} OSV records read` })
  const { advisoriesPage } = await import('./pages/advisories.ts')
  facts['advisories'] = known
  pages.push(style => advisoriesPage(known, style))
  return { facts, pages, fails: known.findings.some(finding => failsFor(finding, wish.failOn)) }
}

function failsFor({ level }: Finding, failOn: FailLevel | null): boolean {
  if (failOn === null) return false
  return failOn === 'any' ? level !== 'none' : isAtLeast(level, failOn)
}

async function writeDocuments(
  account: Account,
  { sbom, provenance, key }: AccountWish,
  say: (text: string) => void,
): Promise<void> {
  if (sbom !== null) {
    await writeFile(sbom, await account.sbom())
    say(`bill of materials (CycloneDX 1.6) of ${account.inventory.packages.length} packages written to ${sbom}`)
  }
  if (provenance === null) return
  await writeFile(provenance, await account.provenance(key))
  say(`provenance (${key === null ? 'not signed' : 'signed, Sigstore bundle'}) written to ${provenance}`)
}
