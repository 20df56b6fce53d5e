import { isWherryError } from '../../kit/error.ts'
import { normalizeName } from '../name.ts'
import { requirementOutside } from '../requirement/errors.ts'
import type { ListedRequirement } from '../requirement/listed.ts'
import { entriesAt, listAt, tableAt, textAt, textsAt, valueAt } from '../toml/table.ts'
import { readDependency } from './poetry.ts'
import type { PyprojectSource } from './pyproject-source.ts'

/**
 * Requirements of `[project]` with where `[tool.uv.sources]`, or Poetry's table beside it, says they come from. A workspace member
 * stays a plain name: the lock knows its directory.
 */
export function applySources(requirements: readonly ListedRequirement[], source: PyprojectSource): ListedRequirement[] {
  const tables = [tableAt(source.table, 'tool', 'uv', 'sources')]
  if (listAt(source.table, 'project', 'dependencies').length > 0)
    tables.push(tableAt(source.table, 'tool', 'poetry', 'dependencies'))
  const places = new Map(
    tables.flatMap(table => entriesAt(table)).map(([name, value]) => [normalizeName(name), value] as const),
  )
  return requirements.map(requirement => {
    const value = requirement.name === null ? undefined : places.get(requirement.name)
    const first: unknown = Array.isArray(value) ? value[0] : value
    if (requirement.name === null || tableAt({ first }, 'first') === null || requirement.url !== null)
      return requirement
    const { file, line, group } = requirement
    const [read] = readPlace(requirement.name, first, { file, line, group }, source)
    return read === undefined
      ? requirement
      : { ...requirement, url: read.url, path: read.path, editable: read.editable }
  })
}

/** What an extra or a group takes from outside of the repository is asked for by its name: few install it, and nobody from a clone. */
function readPlace(...[name, value, at, source]: Parameters<typeof readDependency>): readonly ListedRequirement[] {
  try {
    return readDependency(name, value, at, source)
  } catch (error) {
    if (at.group !== null && isWherryError(error, requirementOutside)) return []
    throw error
  }
}

/** The indexes named by uv, Poetry and PDM. */
export function readIndexes(table: unknown): Indexes {
  const named = readSources(
    listAt(table, 'tool', 'uv', 'index'),
    listAt(table, 'tool', 'poetry', 'source'),
    listAt(table, 'tool', 'pdm', 'source'),
  )
  return {
    index: textAt(table, 'tool', 'uv', 'index-url') ?? named.index,
    extraIndexes: [...textsAt(table, 'tool', 'uv', 'extra-index-url'), ...named.extraIndexes],
  }
}

export interface Indexes {
  /** Replaces the index the installer would use. */
  readonly index: string | null
  readonly extraIndexes: readonly string[]
}

/** Tables of `{name, url, priority|default|explicit}`. The one called `pypi` only repeats the default, as every Pipfile does. */
export function readSources(...lists: readonly (readonly unknown[])[]): Indexes {
  let index: string | null = null
  const extraIndexes: string[] = []
  for (const one of lists.flat()) {
    const url = textAt(one, 'url')
    const priority = textAt(one, 'priority')
    // An explicit index serves only the requirements that name it.
    const explicit = valueAt(one, 'explicit') === true || priority === 'explicit'
    if (url === null || explicit || textAt(one, 'name')?.toLowerCase() === 'pypi') continue
    const replaces = valueAt(one, 'default') === true || priority === 'primary' || priority === 'default'
    if (replaces && index === null) index = url
    else extraIndexes.push(url)
  }
  return { index, extraIndexes }
}
