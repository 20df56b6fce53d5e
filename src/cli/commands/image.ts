import { openCache } from '../../kit/cache.ts'
import { size } from '../../kit/text.ts'
import { viewImage, writeArchive } from '../../oci/index.ts'
import { image, type Made } from '../../ship.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'

/** `wherry image`: makes the image; its digest is the result. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const text = (name: string): string | null => (typeof options[name] === 'string' ? options[name] : null)
  if (text('key') !== null && text('provenance') === null)
    throw badArgument({
      what: '--key signs provenance, which was not asked for.',
      next: '--provenance FILE --key FILE',
    })
  const ready = await image(String(path), { report: face.report })
  const { plan, made } = ready
  const { digest, configDigest, layers } = made.image
  const say = (what: string): void => face.report({ step: 'image', level: 'info', text: what })
  const file = text('out')
  if (file) await writeArchive(viewImage(made.image, openCache()), file, { name: `${plan.name}:latest` })
  const compressed = layers.reduce((sum, layer) => sum + layer.size, 0)
  say(`${layers.length} layers, ${size(compressed)} compressed${file ? `, written to ${file}` : ''}`)
  const [sbom, provenance] = [text('sbom'), text('provenance')]
  if (sbom ?? provenance) await writeAccounts(ready, { sbom, provenance, key: text('key') }, say)
  face.result(
    { name: plan.name, digest, configDigest, size: compressed, layers, ...(file ? { file } : {}) },
    () => digest,
  )
}

interface Accounts {
  readonly sbom: string | null
  readonly provenance: string | null
  readonly key: string | null
}

async function writeAccounts(
  { plan, made, detected }: Made,
  { sbom, provenance, key }: Accounts,
  say: (what: string) => void,
): Promise<void> {
  const [{ openAccount }, { writeFile }] = await Promise.all([
    import('../../steps/image/account/index.ts'),
    import('node:fs/promises'),
  ])
  const subject = { plan, made, wanted: { ...detected.packages, directory: '.' }, checkout: detected.checkout }
  const account = await openAccount(subject, openCache())
  if (sbom !== null) {
    await writeFile(sbom, await account.sbom())
    say(`bill of materials (CycloneDX 1.6) of ${account.inventory.packages.length} packages written to ${sbom}`)
  }
  if (provenance !== null) {
    await writeFile(provenance, await account.provenance(key))
    say(
      `provenance ${key === null ? '(in-toto statement, not signed)' : '(signed, Sigstore bundle)'} written to ${provenance}`,
    )
  }
}
