import { posix } from 'node:path'
import type { Comparison, Marker } from '../marker/marker.ts'
import { parseMarker } from '../marker/parse.ts'
import { isName, normalizeName } from '../name.ts'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { isTable, textAt, textsAt, valueAt } from '../toml/table.ts'
import { parseConstraint, toSpecifier, type Constraint } from '../version/constraint.ts'
import type { Specifier } from '../version/specifier.ts'
import { parseVersion } from '../version/version.ts'
import { refuse, refuseOutside, type Entry } from './list.ts'

/**
 * A dependency as Poetry and Pipenv write them: a constraint, a table (`{version = "^1", extras = […]}`), or a list of tables for
 * different environments. @throws `invalid-requirement`, `requirement-outside`
 */
export function readDependency(
  name: string,
  value: unknown,
  entry: Entry,
  project: { readonly files: ProjectFiles; readonly root: string },
): readonly ListedRequirement[] {
  if (!isName(name)) throw refuse(name, entry, 'a name holds letters, digits, dots, dashes and underscores')
  const values = Array.isArray(value) ? value.slice(0, 50) : [value]
  return values.map((one: unknown) => readOne(name, one, entry, project))
}

function readOne(
  name: string,
  value: unknown,
  entry: Entry,
  project: { readonly files: ProjectFiles; readonly root: string },
): ListedRequirement {
  const version = typeof value === 'string' ? value : (textAt(value, 'version') ?? '*')
  if (typeof value !== 'string' && !isTable(value)) throw refuse(name, entry, 'it has neither a version nor a table')
  const constraint = parseConstraint(version)
  const specifier = constraint === null ? null : toSpecifier(constraint)
  if (specifier === null) throw refuse(`${name} = "${version}"`, entry, 'its versions cannot be written as one range')
  return {
    name: normalizeName(name),
    extras: textsAt(value, 'extras').filter(isName).map(normalizeName).sort(),
    specifier: textAt(value, 'git') === null ? specifier : [],
    marker: readMarkers(name, value, entry),
    url: readUrl(value),
    path: readPath(name, value, entry, project),
    editable: valueAt(value, 'develop') === true || valueAt(value, 'editable') === true,
    hashes: [],
    ...entry,
  }
}

function readUrl(value: unknown): string | null {
  const git = textAt(value, 'git')
  if (git === null) return textAt(value, 'url')
  const at = textAt(value, 'rev') ?? textAt(value, 'tag') ?? textAt(value, 'branch') ?? textAt(value, 'ref')
  const below = textAt(value, 'subdirectory')
  const scp = /^git@([^:]+):(.+)$/.exec(git)
  const address = scp === null ? git : `ssh://git@${scp[1]}/${scp[2]}`
  return `git+${address}${at === null ? '' : `@${at}`}${below === null ? '' : `#subdirectory=${below}`}`
}

function readPath(
  name: string,
  value: unknown,
  entry: Entry,
  { files, root }: { readonly files: ProjectFiles; readonly root: string },
): string | null {
  const path = textAt(value, 'path') ?? textAt(value, 'file')
  if (path === null) return null
  const target = posix.normalize(posix.join(root, path)).replace(/\/$/, '')
  const outside = posix.isAbsolute(path) || target === '..' || target.startsWith('../')
  if (outside) throw refuseOutside(`${name} = { path = "${path}" }`, entry)
  if (target !== '.' && !files.has(target) && !files.hasDirectory(target)) {
    throw refuse(`${name} = { path = "${path}" }`, entry, 'the path is not in the repository')
  }
  return target
}

/** Poetry's `python`, `platform` and `markers`, and Pipenv's marker names as keys, all of which must hold. */
function readMarkers(name: string, value: unknown, entry: Entry): Marker | null {
  const parts: Marker[] = []
  const text = textAt(value, 'markers')
  if (text !== null) {
    const marker = parseMarker(text)
    if (marker === null) throw refuse(`${name}: ${text}`, entry, 'its marker is none (PEP 508)')
    parts.push(marker)
  }
  for (const key of ['sys_platform', 'platform_machine', 'os_name', 'python_version', 'platform_system']) {
    const marker = parseMarker(`${key} ${textAt(value, key) ?? ''}`)
    if (marker !== null) parts.push(marker)
  }
  const platform = textAt(value, 'platform')
  if (platform !== null) parts.push(compare('sys_platform', '==', platform))
  const python = parseConstraint(textAt(value, 'python') ?? '*')
  const onPython = python === null ? null : pythonMarker(python)
  if (onPython !== null) parts.push(onPython)
  return parts.length > 1
    ? { kind: 'and', parts: parts.flatMap(part => (part.kind === 'and' ? part.parts : [part])) }
    : (parts[0] ?? null)
}

function pythonMarker(constraint: Constraint): Marker | null {
  const alternatives = constraint.map(clausesToMarker)
  // One alternative that any Python meets makes the whole of it no condition.
  if (alternatives.some(marker => marker === null)) return null
  const markers = alternatives.filter(marker => marker !== null)
  return markers.length > 1 ? { kind: 'or', parts: markers } : (markers[0] ?? null)
}

function clausesToMarker(specifier: Specifier): Marker | null {
  const parts = specifier.map(({ operator, version, prefix }) => {
    const short = (parseVersion(version)?.release.length ?? 3) <= 2
    return compare(
      short && !prefix ? 'python_version' : 'python_full_version',
      operator,
      `${version}${prefix ? '.*' : ''}`,
    )
  })
  return parts.length > 1 ? { kind: 'and', parts } : (parts[0] ?? null)
}

function compare(
  variable: 'sys_platform' | 'python_version' | 'python_full_version',
  operator: Comparison['operator'],
  text: string,
): Comparison {
  return { kind: 'compare', left: { variable }, operator, right: { text } }
}
