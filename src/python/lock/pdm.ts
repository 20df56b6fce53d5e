import { normalizeName } from '../name.ts'
import { readToml } from '../toml/read.ts'
import { listAt, textAt, textsAt, valueAt } from '../toml/table.ts'
import type { Lock, LockedPackage, LockedSource } from './lock.ts'
import { dependencyIn, fileIn, markerIn, nameIn, refuseLock, tablesIn } from './parts.ts'

/**
 * pdm.lock of PDM 2. A name occurs once for each set of extras; markers and groups are only there when the lock was made with
 * `inherit_metadata`, PDM's default since 2.11. @throws `invalid-toml`, `invalid-lock`
 */
export function readPdmLock(text: string, file: string): Lock {
  const table = readToml(text, file)
  const version = textAt(table, 'metadata', 'lock_version') ?? '2.0'
  if (!/^[234](?:\.|$)/.test(version)) throw refuseLock(file, `Its lock_version is ${version}; 2 to 4 are known.`)
  const inherits = textsAt(table, 'metadata', 'strategy').includes('inherit_metadata')
  const packages = tablesIn(valueAt(table, 'package'), file).map(one => readPackage(one, table, inherits, file))
  return {
    format: 'pdm',
    file,
    requiresPython: textAt(listAt(table, 'metadata', 'targets')[0], 'requires_python'),
    packages: joinExtras(packages),
    contentHash: textAt(table, 'metadata', 'content_hash'),
    roots: null,
  }
}

function readPackage(table: unknown, lock: unknown, inherits: boolean, file: string): LockedPackage {
  const name = textAt(table, 'name') ?? ''
  const version = textAt(table, 'version')
  const files = [...listAt(table, 'files'), ...listAt(lock, 'metadata', 'files', `${name} ${version ?? ''}`)]
  const dependencies = textsAt(table, 'dependencies')
    .map(dependencyIn)
    .filter(dependency => dependency !== null)
  const extras = textsAt(table, 'extras').map(normalizeName)
  const groups = textsAt(table, 'groups')
  return {
    name: nameIn(table, file),
    version,
    marker: markerIn(textAt(table, 'marker'), file),
    source: readSource(table),
    files: files.map(fileIn),
    dependencies: extras.length > 0 ? [] : dependencies,
    // The entry of `name[extra]` also depends on the plain name: joined into one package that means nothing.
    extras: new Map(
      extras.map(extra => [extra, dependencies.filter(dependency => dependency.name !== normalizeName(name))]),
    ),
    groups: inherits && groups.length > 0 ? groups.map(normalizeName) : null,
    requiresPython: textAt(table, 'requires_python'),
  }
}

/** One package for a name and version, with the extras of all its entries. */
function joinExtras(packages: readonly LockedPackage[]): LockedPackage[] {
  const joined = new Map<string, LockedPackage>()
  for (const one of packages) {
    const key = `${one.name} ${one.version ?? ''} ${JSON.stringify(one.source)}`
    const known = joined.get(key)
    if (known === undefined) {
      joined.set(key, one)
      continue
    }
    const groups = known.groups === null || one.groups === null ? null : [...new Set([...known.groups, ...one.groups])]
    joined.set(key, {
      ...known,
      groups,
      marker: known.extras.size === 0 ? known.marker : one.marker,
      dependencies: [...known.dependencies, ...one.dependencies],
      extras: new Map([...known.extras, ...one.extras]),
    })
  }
  return [...joined.values()]
}

function readSource(table: unknown): LockedSource {
  const git = textAt(table, 'git')
  if (git !== null)
    return { kind: 'git', url: git, commit: textAt(table, 'revision'), subdirectory: textAt(table, 'subdirectory') }
  const url = textAt(table, 'url')
  if (url !== null) return { kind: 'url', url }
  const path = textAt(table, 'path')
  return path === null
    ? { kind: 'registry', url: null }
    : { kind: 'path', path, editable: valueAt(table, 'editable') === true }
}
