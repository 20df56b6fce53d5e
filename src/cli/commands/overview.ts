import { existsSync } from 'node:fs'
import { nearest } from '../../kit/text.ts'
import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'
import { additions, dirt } from '../pages/additions.ts'
import { nextSteps, projectPage } from '../pages/project.ts'
import { commands } from './index.ts'

/** `wherry` alone: the facts, what the config adds, and what to do with them. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const directory = String(path)
  // What is neither a command nor a directory is more likely a mistyped command.
  const meant = existsSync(directory)
    ? null
    : nearest(
        directory,
        commands.map(({ name }) => name),
      )
  if (meant)
    throw badArgument({
      what: `${directory} is neither a command nor a directory.`,
      next: `Did you mean \`wherry ${meant}\`?`,
    })
  const { project, config, checkout } = await detect(directory, { report: face.report })
  const { findSource } = await import('../../steps/image/account/provenance/source.ts')
  const file = checkout.has('wherry.toml') ? 'wherry.toml' : 'pyproject.toml'
  const more = [...additions(config, file), ...dirt(await findSource(checkout))]
  face.result(project, style => `${projectPage(project, style, more)}\n${nextSteps(style)}`)
}
