import { normalizeName } from '../name.ts'
import { readToml } from '../toml/read.ts'
import { entriesAt, listAt, tableAt, textAt, textsAt, valueAt } from '../toml/table.ts'
import type { DeclaredThen, Lock, LockedDependency, LockedPackage, LockedRoot, LockedSource } from './lock.ts'
import { anyOf, fileIn, markerIn, nameIn, refuseLock, tablesIn } from './parts.ts'

/** uv.lock, version 1 (all revisions). @throws `invalid-toml`, `invalid-lock` */
export function readUvLock(text: string, file: string): Lock {
  const table = readToml(text, file)
  const version = valueAt(table, 'version')
  if (version !== 1) throw refuseLock(file, `Its format version is ${String(version)}; version 1 is known.`)
  // uv called the array `distribution` before 0.4.
  const tables = tablesIn(valueAt(table, 'package') ?? valueAt(table, 'distribution'), file)
  return {
    format: 'uv',
    file,
    requiresPython: textAt(table, 'requires-python'),
    packages: tables.map(one => readPackage(one, file)),
    contentHash: null,
    roots: tables.filter(isMember).map(one => readRoot(one, file)),
  }
}

/** Where a source tree of the project itself stands: its directory relative to the lock. */
function directoryOf(table: unknown): string | null {
  return (
    textAt(table, 'source', 'editable') ?? textAt(table, 'source', 'virtual') ?? textAt(table, 'source', 'directory')
  )
}

function isMember(table: unknown): boolean {
  return directoryOf(table) !== null
}

function readPackage(table: unknown, file: string): LockedPackage {
  const sdist = tableAt(table, 'sdist')
  return {
    name: nameIn(table, file),
    version: textAt(table, 'version'),
    marker: anyOf(textsAt(table, 'resolution-markers').map(marker => markerIn(marker, file))),
    source: readSource(table),
    files: [...listAt(table, 'wheels'), ...(sdist === null ? [] : [sdist])].map(fileIn),
    dependencies: readDependencies(listAt(table, 'dependencies'), file),
    extras: readMap(table, 'optional-dependencies', file),
    groups: null,
    requiresPython: null,
  }
}

function readRoot(table: unknown, file: string): LockedRoot {
  const metadata = tableAt(table, 'package', 'metadata') ?? tableAt(table, 'metadata')
  return {
    name: nameIn(table, file),
    directory: directoryOf(table) ?? '.',
    declared: metadata === null ? null : readDeclared(metadata),
    dependencies: readDependencies(listAt(table, 'dependencies'), file),
    extras: readMap(table, 'optional-dependencies', file),
    groups: readMap(table, 'dev-dependencies', file),
  }
}

function readDeclared(metadata: unknown): DeclaredThen[] {
  const read = (value: unknown, group: string | null): DeclaredThen[] => {
    const name = textAt(value, 'name')
    if (name === null) return []
    const extra = /extra\s*==\s*['"]([^'"]+)['"]/.exec(textAt(value, 'marker') ?? '')?.[1] ?? null
    return [{ name: normalizeName(name), specifier: textAt(value, 'specifier') ?? '', group: group ?? extra }]
  }
  const groups = entriesAt(metadata, 'requires-dev').flatMap(([group, items]) =>
    listAt({ items }, 'items').flatMap(item => read(item, group)),
  )
  return [...listAt(metadata, 'requires-dist').flatMap(item => read(item, null)), ...groups]
}

function readMap(table: unknown, key: string, file: string): ReadonlyMap<string, readonly LockedDependency[]> {
  return new Map(
    entriesAt(table, key).map(([name, items]) => [
      normalizeName(name),
      readDependencies(listAt({ items }, 'items'), file),
    ]),
  )
}

function readDependencies(list: readonly unknown[], file: string): LockedDependency[] {
  return list.map(item => ({
    name: nameIn(item, file),
    version: textAt(item, 'version'),
    extras: textsAt(item, 'extra').map(normalizeName),
    marker: markerIn(textAt(item, 'marker'), file),
  }))
}

function readSource(table: unknown): LockedSource {
  const git = textAt(table, 'source', 'git')
  if (git !== null) return readGit(git)
  const url = textAt(table, 'source', 'url')
  if (url !== null) return { kind: 'url', url }
  const path = directoryOf(table) ?? textAt(table, 'source', 'path')
  if (path !== null) return { kind: 'path', path, editable: textAt(table, 'source', 'editable') !== null }
  return { kind: 'registry', url: textAt(table, 'source', 'registry') }
}

/** `https://host/x.git?subdirectory=a&rev=main#commit`. */
function readGit(text: string): LockedSource {
  const [address = '', commit = null] = text.split('#', 2)
  const [url = '', query = ''] = address.split('?', 2)
  return { kind: 'git', url, commit, subdirectory: new URLSearchParams(query).get('subdirectory') }
}
