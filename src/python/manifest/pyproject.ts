import { posix } from 'node:path'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { locate } from '../toml/locate.ts'
import { readToml, type Table } from '../toml/read.ts'
import { entriesAt, isTable, listAt, tableAt, textAt, textsAt, valueAt } from '../toml/table.ts'
import { parseConstraint } from '../version/constraint.ts'
import { readGroups } from './groups.ts'
import { listRequirement, refuse } from './list.ts'
import { readClassifiers, type Manifest, type Place, type PythonLimit } from './manifest.ts'
import { readDependency } from './poetry.ts'
import type { PyprojectSource } from './pyproject-source.ts'
import { applySources, readIndexes } from './sources.ts'

/** pyproject.toml: `[project]` (PEP 621), `[dependency-groups]` (PEP 735) and the tables of Poetry, uv, PDM and Flit. */
export interface Pyproject extends Manifest {
  readonly table: Table
  /** The tables below `[tool]`: `poetry`, `uv`, `pdm` … */
  readonly tools: ReadonlySet<string>
  /** Whether it says anything about dependencies at all, rather than only setting up tools. */
  readonly declares: boolean
  /** The build backend, such as `hatchling.build`; null without `[build-system]`. */
  readonly backend: string | null
}

/** Null when the repository has no such file. @throws `invalid-toml`, `invalid-requirement`, `requirement-outside` */
export function readPyproject(file: string, files: ProjectFiles): Pyproject | null {
  const text = files.text(file)
  if (text === null) return null
  const table = readToml(text, file)
  const source: PyprojectSource = { table, text, file, root: posix.dirname(file), files }
  const requirements = [...readProject(source), ...readPoetry(source), ...readFlit(source), ...readGroups(source)]
  return {
    file,
    table,
    tools: new Set(entriesAt(table, 'tool').map(([name]) => name)),
    declares: declaresDependencies(table),
    backend: textAt(table, 'build-system', 'build-backend'),
    name: textAt(table, 'project', 'name') ?? textAt(table, 'tool', 'poetry', 'name'),
    requirements: applySources(requirements, source),
    constraints: textsAt(table, 'tool', 'uv', 'constraint-dependencies').map(one =>
      listRequirement(
        one,
        { file, line: locate(text, ['tool', 'uv'], 'constraint-dependencies', one), group: null },
        files,
        source.root,
      ),
    ),
    includes: readIncludes(source),
    computed: readComputed(source),
    python: readPython(source),
    classifiers: readClassifiers([
      ...textsAt(table, 'project', 'classifiers'),
      ...textsAt(table, 'tool', 'poetry', 'classifiers'),
    ]),
    ...readIndexes(table),
  }
}

function declaresDependencies(table: Table): boolean {
  const places = [['project'], ['tool', 'poetry', 'dependencies'], ['tool', 'flit', 'metadata'], ['dependency-groups']]
  return (
    places.some(path => tableAt(table, ...path) !== null) || textsAt(table, 'tool', 'uv', 'dev-dependencies').length > 0
  )
}

function readProject(source: PyprojectSource): ListedRequirement[] {
  const { table, text, file, files, root } = source
  const main = textsAt(table, 'project', 'dependencies').map(one =>
    listRequirement(one, { file, line: locate(text, ['project'], 'dependencies', one), group: null }, files, root),
  )
  const extras = entriesAt(table, 'project', 'optional-dependencies').flatMap(([group, items]) =>
    textsAt({ items }, 'items').map(one => {
      const line = locate(text, ['project', 'optional-dependencies'], group, one)
      return listRequirement(one, { file, line, group }, files, root)
    }),
  )
  return [...main, ...extras]
}

/** Beside `[project] dependencies` Poetry's table only says where things come from, which `applySources` reads. */
function readPoetry(source: PyprojectSource): ListedRequirement[] {
  const { table, text, file } = source
  if (tableAt(table, 'tool', 'poetry') === null) return []
  const extras = new Map(
    entriesAt(table, 'tool', 'poetry', 'extras').flatMap(([extra, names]) =>
      textsAt({ names }, 'names').map(name => [name.toLowerCase(), extra] as const),
    ),
  )
  const read = (path: readonly string[], group: string | null): ListedRequirement[] =>
    entriesAt(table, ...path).flatMap(([name, value]) => {
      if (name === 'python') return []
      const optional = valueAt(value, 'optional') === true ? (extras.get(name.toLowerCase()) ?? 'optional') : null
      const line = locate(text, path, name) ?? locate(text, [...path, name], 'version')
      return readDependency(name, value, { file, line, group: group ?? optional }, source)
    })
  const replaced = listAt(table, 'project', 'dependencies').length > 0
  const groups = entriesAt(table, 'tool', 'poetry', 'group').flatMap(([group]) =>
    read(['tool', 'poetry', 'group', group, 'dependencies'], group),
  )
  const main = replaced ? [] : read(['tool', 'poetry', 'dependencies'], null)
  return [...main, ...read(['tool', 'poetry', 'dev-dependencies'], 'dev'), ...groups]
}

function readFlit({ table, text, file, files, root }: PyprojectSource): ListedRequirement[] {
  return textsAt(table, 'tool', 'flit', 'metadata', 'requires').map(one =>
    listRequirement(
      one,
      { file, line: locate(text, ['tool', 'flit', 'metadata'], 'requires', one), group: null },
      files,
      root,
    ),
  )
}

/** setuptools' and hatch-requirements-txt's way of keeping the dependencies in requirements files. */
function readIncludes({ table, root, files }: PyprojectSource): string[] {
  const value = valueAt(table, 'tool', 'setuptools', 'dynamic', 'dependencies', 'file')
  const named = typeof value === 'string' ? [value] : textsAt({ value }, 'value')
  const all = [...named, ...textsAt(table, 'tool', 'hatch', 'metadata', 'hooks', 'requirements_txt', 'files')]
  return all.map(name => posix.normalize(posix.join(root, name))).filter(path => files.has(path))
}

function readComputed(source: PyprojectSource): Place | null {
  const { table, text } = source
  if (!textsAt(table, 'project', 'dynamic').includes('dependencies')) return null
  if (readIncludes(source).length > 0 || isTable(valueAt(table, 'tool', 'poetry', 'dependencies'))) return null
  return { line: locate(text, ['project'], 'dynamic'), text: 'dynamic = ["dependencies"]' }
}

function readPython({ table, text, file }: PyprojectSource): PythonLimit | null {
  const places: readonly (readonly [readonly string[], string])[] = [
    [['project'], 'requires-python'],
    [['tool', 'poetry', 'dependencies'], 'python'],
    [['tool', 'flit', 'metadata'], 'requires-python'],
  ]
  for (const [path, key] of places) {
    const value = valueAt(table, ...path, key)
    const wanted = typeof value === 'string' ? value : textAt(value, 'version')
    if (wanted === null) continue
    const line = locate(text, path, key)
    const constraint = parseConstraint(wanted)
    if (constraint === null)
      throw refuse(`${key} = "${wanted}"`, { file, line, group: null }, 'it is no range of versions')
    return { constraint, line, text: `${key} = "${wanted}"` }
  }
  return null
}
