import { existsSync } from 'node:fs'
import { nearest } from '../../kit/text.ts'
import type { Project } from '../../model/project.ts'
import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { appOption, appsOf, byApp } from '../apps.ts'
import type { Face } from '../face/index.ts'
import { badArgument } from '../errors.ts'
import { additions, dirt, encrypted } from '../pages/additions.ts'
import { nextSteps, projectPage, type Row } from '../pages/project.ts'
import { commands } from './index.ts'

/** `wherry` alone: the facts, what the config adds, and what to do with them. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
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
  const apps = await appsOf(directory, options['app'])
  const found: { readonly project: Project; readonly more: readonly Row[] }[] = []
  for (const app of apps) found.push(await overviewOf(directory, app, face))
  face.result(
    byApp(
      apps,
      found.map(({ project }) => project),
    ),
    style => `${found.map(({ project, more }) => projectPage(project, style, more)).join('')}\n${nextSteps(style)}`,
  )
}

async function overviewOf(directory: string, app: string | null, face: Face) {
  const { project, config, checkout } = await detect(directory, { report: face.report, ...appOption(app) })
  const { findSource } = await import('../../steps/image/account/provenance/source.ts')
  const file = checkout.has('wherry.toml') ? 'wherry.toml' : 'pyproject.toml'
  return {
    project,
    more: [...additions(config, file), ...encrypted(checkout.files), ...dirt(await findSource(checkout))],
  }
}
