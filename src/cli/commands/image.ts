import { join, resolve } from 'node:path'
import { openCache } from '../../kit/cache.ts'
import { list, size } from '../../kit/text.ts'
import { viewImage, writeArchive } from '../../oci/index.ts'
import { image } from '../../ship.ts'
import type { Made } from '../../ship/values.ts'
import { appNotChosen } from '../../config/errors.ts'
import { appOption, appsOf, byApp } from '../apps.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'
import type { AccountWish } from '../give-account.ts'
import { failLevel, hooksOf, outputFile, platformOf, textOf } from '../values.ts'

/** Options that name a file to write. */
const outputs = [
  ['out', '--out'],
  ['sbom', '--sbom'],
  ['provenance', '--provenance'],
] as const

/** `wherry image`: makes the image; its digest is the result, or the account that was asked for. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<number> {
  if (textOf(options, 'key') !== null && textOf(options, 'provenance') === null)
    throw badArgument({
      what: '--key signs provenance, which was not asked for.',
      next: '--provenance FILE --key FILE',
    })
  for (const [name, option] of outputs) {
    const file = textOf(options, name)
    if (file !== null) outputFile(file, option)
  }
  const { giveOwnImage } = await import('../own-image.ts')
  if (await giveOwnImage(String(path), { face, options })) return 0
  const apps = await appsOf(String(path), options['app'])
  if (apps.length > 1) return several(String(path), apps, { face, options })
  const ready = await image(String(path), {
    report: face.report,
    ...platformOf(options),
    ...hooksOf(options),
    ...appOption(apps[0] ?? null),
  })
  const { plan, made } = ready
  const { digest, configDigest, layers } = made.image
  const file = textOf(options, 'out')
  if (file) await writeArchive(viewImage(made.image, openCache()), file, { name: `${plan.name}:latest` })
  const dockerfile = await writeDockerfile(ready, options['asDockerfile'])
  const compressed = layers.reduce((sum, layer) => sum + layer.size, 0)
  const paths = [file, dockerfile].filter(path => path !== null)
  const written = paths.length > 0 ? `, written to ${list(paths)}` : ''
  face.report({
    step: 'image',
    level: 'info',
    text: `${layers.length} layers, ${size(compressed)} compressed${written}`,
  })
  const result = {
    name: plan.name,
    digest,
    configDigest,
    size: compressed,
    layers,
    ...(file ? { file } : {}),
    ...(dockerfile ? { dockerfile } : {}),
  }
  const wish = readWish(options)
  if (wish === null) {
    face.result(result, () => digest)
    return 0
  }
  // Loaded only here: what makes an image must not wait for what explains it.
  const { giveAccount } = await import('../give-account.ts')
  const { facts, pages, fails } = await giveAccount(ready, wish, face)
  face.result({ ...result, ...facts }, style =>
    pages.length === 0 ? digest : pages.map(page => page(style)).join('\n'),
  )
  return fails ? 1 : 0
}

/** All apps of the repository: the digest of each. What is written or told of an image is asked for one of them. */
async function several(
  directory: string,
  apps: readonly (string | null)[],
  { face, options }: Pick<Call, 'face' | 'options'>,
): Promise<number> {
  if (textOf(options, 'out') !== null || options['asDockerfile'] !== undefined || readWish(options) !== null)
    throw appNotChosen({ what: 'Several apps are made, and this is about one image.', next: `--app ${apps[0]}` })
  const digests: string[] = []
  for (const app of apps) {
    const { made } = await image(directory, {
      report: face.report,
      ...platformOf(options),
      ...hooksOf(options),
      ...appOption(app),
    })
    digests.push(made.image.digest)
  }
  face.result(byApp(apps, digests), () => apps.map((app, i) => `${app}  ${digests[i]}`).join('\n'))
  return 0
}

/** The path of the Dockerfile; null when none is asked for. */
async function writeDockerfile({ detected, plan, made }: Made, wish: Call['options'][string]): Promise<string | null> {
  if (wish === undefined) return null
  const { exportDockerfile } = await import('../../steps/image/dockerfile/index.ts')
  const { checkout } = detected
  const directory = typeof wish === 'string' ? resolve(wish) : join(checkout.root, 'wherry-docker')
  return exportDockerfile({ checkout, plan, made, directory })
}

/** Null when no account is asked for. */
function readWish(options: Call['options']): AccountWish | null {
  const failOn = textOf(options, 'failOn')
  const advisories = textOf(options, 'advisories') ?? (options['advisories'] === true || failOn !== null)
  const wish: AccountWish = {
    explain: options['explain'] === true,
    diff: textOf(options, 'diff'),
    sbom: textOf(options, 'sbom'),
    provenance: textOf(options, 'provenance'),
    key: textOf(options, 'key'),
    advisories,
    failOn: failOn === null ? null : failLevel(failOn),
  }
  return Object.values(wish).every(value => value === null || value === false) ? null : wish
}
