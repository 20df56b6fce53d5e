import { normalizeName } from '../name.ts'
import type { ListedRequirement } from '../requirement/listed.ts'
import { locate } from '../toml/locate.ts'
import { entriesAt, listAt, textAt, textsAt } from '../toml/table.ts'
import { listRequirement } from './list.ts'
import type { PyprojectSource } from './pyproject-source.ts'

/** Dependency groups: PEP 735, and what uv and PDM had before it. An included group's requirements belong to the including one. */
export function readGroups(source: PyprojectSource): ListedRequirement[] {
  const { table, text, file, files, root } = source
  const listed: ListedRequirement[] = []
  const add = (group: string, one: string, path: readonly string[], key: string): void => {
    // `-e file:///…` is PDM's way to name the project's own parts.
    if (one.startsWith('-e')) return
    listed.push(listRequirement(one, { file, line: locate(text, path, key, one), group }, files, root))
  }
  for (const [group] of entriesAt(table, 'dependency-groups')) {
    for (const { one, from } of collect(table, group)) add(group, one, ['dependency-groups'], from)
  }
  for (const [group, items] of entriesAt(table, 'tool', 'pdm', 'dev-dependencies')) {
    for (const one of textsAt({ items }, 'items')) add(group, one, ['tool', 'pdm', 'dev-dependencies'], group)
  }
  for (const one of textsAt(table, 'tool', 'uv', 'dev-dependencies'))
    add('dev', one, ['tool', 'uv'], 'dev-dependencies')
  return listed
}

/** The requirements of a group and of those it includes; one that includes itself is read once. */
function collect(table: unknown, group: string, seen: Set<string> = new Set()): { one: string; from: string }[] {
  const wanted = normalizeName(group)
  const key = entriesAt(table, 'dependency-groups').find(([name]) => normalizeName(name) === wanted)?.[0]
  if (key === undefined || seen.has(key)) return []
  seen.add(key)
  return listAt(table, 'dependency-groups', key).flatMap(item => {
    if (typeof item === 'string') return [{ one: item, from: key }]
    const included = textAt(item, 'include-group')
    return included === null ? [] : collect(table, included, seen)
  })
}
