import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { nextSteps, projectPage } from '../pages/project.ts'

/** `wherry` alone: the facts, and what to do with them. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const { project } = await detect(String(path), { report: face.report })
  face.result(project, style => `${projectPage(project, style)}\n${nextSteps(style)}`)
}
