import { existsSync } from 'node:fs'
import { nearest } from '../../kit/text.ts'
import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { badArgument } from '../errors.ts'
import { nextSteps, projectPage } from '../pages/project.ts'
import { commands } from './index.ts'

/** `wherry` alone: the facts, and what to do with them. */
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
  const { project } = await detect(directory, { report: face.report })
  face.result(project, style => `${projectPage(project, style)}\n${nextSteps(style)}`)
}
