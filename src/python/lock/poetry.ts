import type { Marker } from '../marker/marker.ts'
import { normalizeName } from '../name.ts'
import { readToml } from '../toml/read.ts'
import { entriesAt, isTable, listAt, textAt, textsAt, valueAt } from '../toml/table.ts'
import type { Lock, LockedDependency, LockedPackage, LockedSource } from './lock.ts'
import { anyOf, dependencyIn, fileIn, markerIn, nameIn, refuseLock, tablesIn } from './parts.ts'

/** poetry.lock of Poetry 1.0 to 2.x. Before lock version 2.1 it does not say which groups a package is in. @throws `invalid-toml`, `invalid-lock` */
export function readPoetryLock(text: string, file: string): Lock {
  const table = readToml(text, file)
  const version = textAt(table, 'metadata', 'lock-version') ?? '1.0'
  if (!/^[12]\./.test(version)) throw refuseLock(file, `Its lock-version is ${version}; 1 and 2 are known.`)
  return {
    format: 'poetry',
    file,
    requiresPython: textAt(table, 'metadata', 'python-versions'),
    packages: tablesIn(valueAt(table, 'package'), file).map(one => readPackage(one, table, file)),
    contentHash: textAt(table, 'metadata', 'content-hash'),
    roots: null,
  }
}

function readPackage(table: unknown, lock: unknown, file: string): LockedPackage {
  const name = nameIn(table, file)
  // Lock versions before 2.0 hold all files in one table at the end.
  const dependencies = entriesAt(table, 'dependencies').flatMap(([name, value]) => readDependency(name, value, file))
  const files = [...listAt(table, 'files'), ...listAt(lock, 'metadata', 'files', textAt(table, 'name') ?? '')]
  return {
    name,
    version: textAt(table, 'version'),
    marker: readMarker(table, file),
    source: readSource(table),
    files: files.map(fileIn),
    dependencies,
    extras: readExtras(table, new Set(dependencies.map(({ name }) => name))),
    groups: readGroups(table),
    requiresPython: textAt(table, 'python-versions'),
  }
}

/** `groups` of lock version 2.1. The older `category` knew only main and dev, and an optional package belongs to extras. */
function readGroups(table: unknown): string[] | null {
  const groups = textsAt(table, 'groups')
  if (groups.length === 0 || valueAt(table, 'optional') === true) return null
  return groups.map(group => (group === 'main' ? 'default' : normalizeName(group)))
}

/** One text, or one by group; a package wanted in any of its groups' environments may be installed. */
function readMarker(table: unknown, file: string): Marker | null {
  const value = valueAt(table, 'markers')
  if (!isTable(value)) return markerIn(textAt(table, 'markers'), file)
  const main = textAt(value, 'main')
  if (main !== null) return markerIn(main, file)
  return textsAt(table, 'groups').includes('main')
    ? null
    : anyOf(Object.keys(value).map(group => markerIn(textAt(value, group), file)))
}

/**
 * An optional dependency mostly says in its marker which extra wants it, besides the platforms it is for; one that does not is
 * read from the list of its extra.
 */
function readDependency(name: string, value: unknown, file: string): LockedDependency[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values
    .filter(one => valueAt(one, 'optional') !== true || /\bextra\b/.test(textAt(one, 'markers') ?? ''))
    .map(one => ({
      name: normalizeName(name),
      version: null,
      extras: textsAt(one, 'extras').map(normalizeName),
      marker: markerIn(textAt(one, 'markers'), file),
    }))
}

/** The lists of the extras, without what the dependencies say more exactly: before Poetry 2 the lists had no markers. */
function readExtras(table: unknown, said: ReadonlySet<string>): ReadonlyMap<string, readonly LockedDependency[]> {
  return new Map(
    entriesAt(table, 'extras').map(([extra, items]) => [
      normalizeName(extra),
      textsAt({ items }, 'items')
        .map(dependencyIn)
        .filter(dependency => dependency !== null)
        .filter(({ name }) => !said.has(name)),
    ]),
  )
}

function readSource(table: unknown): LockedSource {
  const type = textAt(table, 'source', 'type')
  const url = textAt(table, 'source', 'url') ?? ''
  if (type === 'git') {
    const commit = textAt(table, 'source', 'resolved_reference')
    return { kind: 'git', url, commit, subdirectory: textAt(table, 'source', 'subdirectory') }
  }
  if (type === 'url') return { kind: 'url', url }
  if (type === 'file' || type === 'directory')
    return { kind: 'path', path: url, editable: valueAt(table, 'develop') === true }
  return { kind: 'registry', url: url === '' ? null : url }
}
