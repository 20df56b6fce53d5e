import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownVersion } from '../../config/requires.ts'
import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'
import { configFile } from '../pages/config-file.ts'

/** `wherry init`: a wherry.toml that says what was found, every line a comment until somebody wants to change it. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const { project, checkout } = await detect(String(path), { report: face.report })
  const file = join(checkout.root, 'wherry.toml')
  if (existsSync(file))
    throw badArgument({ what: 'There is a wherry.toml already.', next: 'Edit it, or remove it first.' })
  await writeFile(file, configFile(project, ownVersion()), { flag: 'wx' })
  face.result(
    { file },
    () => `${file}\nEvery key is a comment: it says what was found. Uncomment what you want to change.`,
  )
}
