import { stripVTControlCharacters } from 'node:util'
import { count, list, printable } from '../../kit/text.ts'
import type { Because } from '../../model/because.ts'
import type { Project } from '../../model/project.ts'
import { services } from '../../services/index.ts'
import { locates } from '../../services/locates.ts'
import type { Style } from '../face/style.ts'

/** The facts of an app on one screen: what, and the line that says so; then what the user adds to them. */
export function projectPage(project: Project, style: Style, additions: readonly Row[] = []): string {
  const rows = [
    served(project),
    packages(project),
    ...frontEnds(project),
    ...statics(project),
    ...processes(project),
    data(project),
    ...connected(project),
    needs(project),
    tests(project),
    ...additions,
  ]
  const shown = rows.filter(row => row !== null)
  const left = Math.max(12, ...shown.map(row => row.label.length + 2))
  const middle = Math.min(Math.max(...shown.map(row => width(row.text))) + 2, style.width - left - 24)
  const lines = shown.map(row => {
    const label = style.dim(row.label.padEnd(left))
    return `${label}${pad(row.text, middle)}${style.dim(place(row.because))}`.trimEnd()
  })
  const notes = project.notes.map(note => `${style.yellow('!')} ${printable(note.text)}${tail(note.because, style)}`)
  return [`\n${title(project, style)}\n`, ...lines, ...(notes.length > 0 ? ['', ...notes] : []), ''].join('\n')
}

/** What a person does next. */
export function nextSteps(style: Style): string {
  return `${style.dim('next'.padEnd(12))}${style.cyan('wherry up')}        run it here, as production will\n`
}

export interface Row {
  readonly label: string
  readonly text: string
  readonly because: Because
}

function title(project: Project, style: Style): string {
  const { framework } = project
  const what = framework ? `${display(framework.name)}${framework.version ? ` ${framework.version}` : ''}` : 'Python'
  const where = project.root === '.' ? '' : ` in ${project.root}/`
  return `${style.bold(printable(project.name))} · ${what} on Python ${project.python.version}${where}`
}

function served({ app, server }: Project): Row | null {
  if (!app) return null
  const name = display(server.name)
  if (app.interface === 'own')
    return { label: 'served by', text: `python ${app.script} (its own server)`, because: app.because }
  const object = `${app.module}:${app.attribute}${app.factory ? '()' : ''}`
  return { label: 'served by', text: `${name} → ${object}`, because: app.because }
}

function packages({ packages: { manager, lock, manifest, because } }: Project): Row {
  if (manager === 'none') return { label: 'packages', text: 'none', because }
  const how = lock ?? `${manifest ?? ''} (resolved when the image is made)`
  return { label: 'packages', text: `${manager} · ${how}`, because }
}

function statics(project: Project): Row[] {
  return project.statics.map(({ url, directory, collected, because }) => ({
    label: 'static',
    text: `${url} → nginx · ${collected ? 'collected into ' : ''}${directory}/`,
    because,
  }))
}

function frontEnds(project: Project): Row[] {
  return project.frontEnds.map(({ directory, manager, script, outputs, because }) => {
    const where = directory === '.' ? '' : ` in ${directory}/`
    const run = manager === 'yarn-berry' ? 'yarn' : manager
    return { label: 'front-end', text: `${run} run ${script}${where} → ${list(outputs.slice(0, 2))}`, because }
  })
}

function processes(project: Project): Row[] {
  const rows: Row[] = []
  const { migrations } = project
  if (migrations) rows.push({ label: 'release', text: migrations.command.join(' '), because: migrations.because })
  for (const { name, command, because } of project.processes) {
    if (name !== 'web' && command && !(name === 'release' && migrations))
      rows.push({ label: name, text: command.join(' '), because })
  }
  return rows
}

function data(project: Project): Row | null {
  if (project.data.length === 0) return null
  const places = project.data.map(({ path, kind }) => (kind === 'directory' ? `${path}/` : path))
  return { label: 'data', text: `${list(places)} · kept across releases`, because: project.data[0]?.because ?? [] }
}

/** What is run beside the app, and the variables that would name an own one instead. */
function connected(project: Project): Row[] {
  return project.services.map(({ kind, hosts, variables, because }) => {
    const { title } = services[kind]
    const own = variables.filter(locates)
    const names = own.map(({ name }) => name)
    const shown = names.length > 2 ? [...names.slice(0, 2), `${names.length - 2} more`] : names
    const fixed = list(hosts.map(host => host || 'its socket'))
    const text = names.length > 0 ? `${title} → ${list(shown)}` : `${title} · found at ${fixed}, as written`
    return { label: 'service', text: `${text} · run for the app`, because }
  })
}

function needs(project: Project): Row | null {
  const secrets = project.secrets.map(secret => `${secret.name} (made unless given)`)
  const libraries = project.systemLibraries.map(library => library.name)
  const all = [...libraries, ...secrets]
  if (all.length === 0) return null
  const because = [...project.systemLibraries, ...project.secrets][0]?.because ?? []
  return {
    label: 'needs',
    text: all.length > 4 ? `${all.slice(0, 4).join(', ')} and ${count(all.length - 4, 'more', 'more')}` : list(all),
    because,
  }
}

function tests(project: Project): Row | null {
  return project.tests ? { label: 'tests', text: project.tests.runner, because: project.tests.because } : null
}

function place(because: Because): string {
  const [first] = because
  return first ? printable(`${first.file}${first.line ? `:${first.line}` : ''}`) : ''
}

function tail(because: Because, style: Style): string {
  return because.length > 0 ? style.dim(`  ${place(because)}`) : ''
}

function width(text: string): number {
  return stripVTControlCharacters(text).length
}

function pad(text: string, columns: number): string {
  const safe = printable(text)
  const cut = safe.length > columns ? `${safe.slice(0, columns - 2)}… ` : safe
  return cut.padEnd(columns)
}

const names: Readonly<Record<string, string>> = {
  aiohttp: 'aiohttp',
  blacksheep: 'BlackSheep',
  cherrypy: 'CherryPy',
  django: 'Django',
  fastapi: 'FastAPI',
  fasthtml: 'FastHTML',
  gunicorn: 'Gunicorn',
  litestar: 'Litestar',
  nicegui: 'NiceGUI',
  'web.py': 'web.py',
}

function display(name: string): string {
  return names[name] ?? name.charAt(0).toUpperCase() + name.slice(1)
}
