import type { Project } from '../../model/project.ts'
import { detect } from '../../steps/detect/index.ts'
import { appOption, appsOf, byApp } from '../apps.ts'
import type { Call } from '../command.ts'
import { projectPage } from '../pages/project.ts'

/** `wherry detect`: the facts, for people or as the Project in JSON; of several apps each, by name. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const apps = await appsOf(String(path), options['app'])
  const projects: Project[] = []
  for (const app of apps)
    projects.push((await detect(String(path), { report: face.report, ...appOption(app) })).project)
  face.result(byApp(apps, projects), style => projects.map(project => projectPage(project, style)).join(''))
}
