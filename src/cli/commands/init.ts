import { lstatSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import { ownVersion } from '../../config/requires.ts'
import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'
import { configFile } from '../pages/config-file.ts'

/** `wherry init`: a wherry.toml that says what was found, every line a comment until somebody wants to change it. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const there = join(String(path), 'wherry.toml')
  // A link to nothing counts, too: nothing can be written in its place.
  if (lstatSync(there, { throwIfNoEntry: false }))
    throw badArgument({ what: `There is a ${there} already.`, next: 'Edit it, or remove it first.' })
  const { project, checkout } = await detect(String(path), { report: face.report })
  if ((await loadConfig(checkout)).file !== null)
    throw badArgument({
      what: 'pyproject.toml has a table [tool.wherry], which a wherry.toml would put out of force.',
      next: 'Edit that table; docs/config.md explains every key.',
    })
  const file = join(checkout.root, 'wherry.toml')
  await writeFile(file, configFile(project, ownVersion()), { flag: 'wx' })
  face.result(
    { file },
    () => `${file}\nEvery key is a comment: it says what was found. Uncomment what you want to change.`,
  )
}
