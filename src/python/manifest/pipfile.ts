import { posix } from 'node:path'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { locate } from '../toml/locate.ts'
import { readToml, type Table } from '../toml/read.ts'
import { entriesAt, isTable, listAt, textAt } from '../toml/table.ts'
import { parseConstraint } from '../version/constraint.ts'
import type { Manifest, PythonLimit } from './manifest.ts'
import { readDependency } from './poetry.ts'
import { readSources } from './sources.ts'

/** Sections that are no groups of packages (Pipfile specification); every other table is a category. */
const settings = new Set(['source', 'requires', 'scripts', 'pipenv'])

/** Null when the repository has no such file. @throws `invalid-toml`, `invalid-requirement`, `requirement-outside` */
export function readPipfile(file: string, files: ProjectFiles): (Manifest & { readonly table: Table }) | null {
  const text = files.text(file)
  if (text === null) return null
  const table = readToml(text, file)
  const root = posix.dirname(file)
  // The first source is the index, the others are asked besides.
  const [main, ...others] = listAt(table, 'source')
  const { index, extraIndexes } = readSources([{ ...(isTable(main) ? main : {}), priority: 'primary' }], others)
  return {
    file,
    table,
    name: null,
    requirements: Object.keys(table)
      .filter(name => !settings.has(name))
      .flatMap(section => readSection(section)),
    constraints: [],
    includes: [],
    computed: null,
    python: readPython(table, text),
    classifiers: [],
    index,
    extraIndexes,
  }

  function readSection(section: string): ListedRequirement[] {
    const group = section === 'packages' ? null : section.replace(/-packages$/, '')
    return entriesAt(table, section).flatMap(([name, value]) =>
      readDependency(name, value, { file, line: locate(text ?? '', [section], name), group }, { files, root }),
    )
  }
}

/** The exact minor: Pipenv makes the environment with that interpreter and no other. */
function readPython(table: Table, text: string): PythonLimit | null {
  for (const key of ['python_full_version', 'python_version']) {
    const wanted = textAt(table, 'requires', key)
    const minor = /^(\d+\.\d+)/.exec(wanted ?? '')?.[1]
    const constraint = parseConstraint(minor === undefined ? (wanted ?? '') : `==${minor}.*`)
    if (wanted !== null && constraint !== null)
      return { constraint, line: locate(text, ['requires'], key), text: `${key} = "${wanted}"` }
  }
  return null
}
