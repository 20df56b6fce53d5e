import { appNotChosen } from '../../config/errors.ts'
import { openCache } from '../../kit/cache.ts'
import { update } from '../../ship.ts'
import { comparePackages, packagesOf } from '../../steps/image/account/compare.ts'
import { advisoryDirectory } from '../advisory-directory.ts'
import { appOption, appsOf } from '../apps.ts'
import { textOf } from '../values.ts'
import type { Call } from '../command.ts'
import { updatePage } from '../pages/update.ts'
import { platformOf } from '../values.ts'

/** `wherry update`: moves wherry.lock forward, and says which packages moved and which vulnerabilities that closes. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const dryRun = options['dryRun'] === true
  const apps = await appsOf(String(path), options['app'])
  if (apps.length > 1)
    throw appNotChosen({ what: 'Several apps have a wherry.lock each.', next: `wherry update --app ${apps[0]}` })
  const request = { report: face.report, dryRun, ...platformOf(options), ...appOption(apps[0] ?? null) }
  const { detected, before, after, written } = await update(String(path), request)
  const packages = comparePackages(before ? packagesOf(before) : [], packagesOf(after))
  const given = textOf(options, 'advisories')
  const directory = advisoryDirectory(given, detected)
  const judges =
    directory === null || before === null ? null : await import('../../steps/image/account/advisories/changes.ts')
  const advisories =
    judges && before && directory ? await judges.advisoryChanges(before, after, directory, openCache()) : null
  const result = { written, packages, advisories }
  face.result(result, style => updatePage({ ...result, dryRun, first: before === null }, style))
}
