import { posix } from 'node:path'
import { readToml } from '../toml/read.ts'
import { listAt, tableAt, textAt, valueAt } from '../toml/table.ts'
import type { Lock, LockedPackage, LockedSource } from './lock.ts'
import { fileIn, markerIn, nameIn, refuseLock, tablesIn } from './parts.ts'

/** pylock.toml (PEP 751): everything resolved; markers say what belongs to which environment, extra and group. @throws `invalid-toml`, `invalid-lock` */
export function readPylock(text: string, file: string): Lock {
  const table = readToml(text, file)
  const version = textAt(table, 'lock-version') ?? ''
  // "Tools MUST raise an error for an unknown major version."
  if (!version.startsWith('1.'))
    throw refuseLock(file, `Its lock-version is ${version === '' ? 'missing' : version}; 1 is known.`)
  return {
    format: 'pylock',
    file,
    requiresPython: textAt(table, 'requires-python'),
    packages: tablesIn(valueAt(table, 'packages'), file).map(one => readPackage(one, file)),
    contentHash: null,
    roots: null,
  }
}

function readPackage(table: unknown, file: string): LockedPackage {
  const [sdist, archive] = [tableAt(table, 'sdist'), tableAt(table, 'archive')]
  const single = [sdist, archive].filter(one => one !== null)
  return {
    name: nameIn(table, file),
    version: textAt(table, 'version'),
    marker: markerIn(textAt(table, 'marker'), file),
    source: readSource(table),
    files: [...listAt(table, 'wheels'), ...single].map(fileIn),
    dependencies: [],
    extras: new Map(),
    groups: ['default'],
    requiresPython: textAt(table, 'requires-python'),
  }
}

function readSource(table: unknown): LockedSource {
  const vcs = tableAt(table, 'vcs')
  if (vcs !== null) {
    const url = textAt(vcs, 'url') ?? textAt(vcs, 'path') ?? ''
    return { kind: 'git', url, commit: textAt(vcs, 'commit-id'), subdirectory: textAt(vcs, 'subdirectory') }
  }
  const directory = textAt(table, 'directory', 'path')
  if (directory !== null)
    return {
      kind: 'path',
      path: posix.normalize(directory),
      editable: valueAt(table, 'directory', 'editable') === true,
    }
  const archive = textAt(table, 'archive', 'url')
  if (archive !== null) return { kind: 'url', url: archive }
  const path = textAt(table, 'archive', 'path')
  return path === null ? { kind: 'registry', url: textAt(table, 'index') } : { kind: 'path', path, editable: false }
}
