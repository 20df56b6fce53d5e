import { detect } from '../../steps/detect/index.ts'
import type { Call } from '../command.ts'
import { projectPage } from '../pages/project.ts'

/** `wherry detect`: the facts, for people or as the Project in JSON. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const { project } = await detect(String(path), { report: face.report })
  face.result(project, style => projectPage(project, style))
}
