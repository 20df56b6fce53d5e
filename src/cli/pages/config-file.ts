import type { Project } from '../../model/project.ts'

/** The text of a wherry.toml for a project: what was found, as comments that are valid once uncommented. */
export function configFile(project: Project, version: string): string {
  const { app, python, server } = project
  const [major, minor] = version.split('.')
  const object = app ? (app.script ?? `${app.module}:${app.attribute}${app.factory ? '()' : ''}`) : ''
  const lines = [
    '# Nothing here is needed: each line says what was found. Uncomment one to decide it yourself; docs/config.md explains every key.',
    '#:schema ./node_modules/wherry/schema/wherry.schema.json',
    '',
    `# requires = ${text(`~${major}.${minor}`)}`,
    `# name = ${text(project.name)}`,
    ...(project.root === '.' ? [] : [`# root = ${text(project.root)}`]),
    `# app = ${text(object)}`,
    `# python = ${text(python.version)}`,
    ...(server.name === 'own' ? [] : [`# server = ${text(server.name)}`]),
    ...(project.data.length > 0 ? [`# data = [${project.data.map(({ path }) => text(path)).join(', ')}]`] : []),
    ...(project.services.length > 0
      ? [`# services = [${project.services.map(({ kind }) => text(kind)).join(', ')}]`]
      : []),
    ...table(
      'processes',
      project.processes
        .filter(({ command }) => command !== null)
        .map(({ name, command }) => `${name} = ${argv(command ?? [])}`),
    ),
    ...table(
      'static',
      project.statics
        .filter(({ collected }) => !collected)
        .map(({ url, directory }) => `${text(url)} = ${text(directory)}`),
    ),
    ...table('env', ['LOG_LEVEL = "info"']),
    ...table('release', [
      ...(project.migrations ? [`command = ${argv(project.migrations.command)}`] : []),
      'health-path = "/"',
      'start-timeout = 120',
      'drain = 30',
    ]),
    ...table('edge', ['max-body = "100m"', 'timeout = 60']),
    ...table('image', ['packages = ["ffmpeg"]', 'exclude = ["docs/"]']),
  ]
  return `${lines.join('\n')}\n`
}

function table(name: string, keys: readonly string[]): string[] {
  return keys.length === 0 ? [] : ['', `# [${name}]`, ...keys.map(key => `# ${key}`)]
}

function argv(words: readonly string[]): string {
  return `[${words.map(text).join(', ')}]`
}

/** JSON's strings are TOML's basic strings. */
function text(value: string): string {
  return JSON.stringify(value)
}
