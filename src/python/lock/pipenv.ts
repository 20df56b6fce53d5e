import { isName, normalizeName } from '../name.ts'
import { entriesAt, isTable, tableAt, textAt, textsAt, valueAt } from '../toml/table.ts'
import type { Lock, LockedPackage, LockedSource } from './lock.ts'
import { markerIn, mostPackages, refuseLock, sha256In } from './parts.ts'

/** Pipfile.lock: sections of exact versions with hashes but no file names, everything resolved already. @throws `invalid-lock` */
export function readPipfileLock(text: string, file: string): Lock {
  const table = readJson(text, file)
  const sections = Object.keys(table).filter(name => name !== '_meta' && isTable(valueAt(table, name)))
  const packages = sections.flatMap(section =>
    entriesAt(table, section).map(([name, value]) => readPackage(name, value, groupOf(section), file)),
  )
  if (packages.length > mostPackages) throw refuseLock(file, `It holds more than ${mostPackages} packages.`)
  const minor =
    textAt(table, '_meta', 'requires', 'python_full_version') ?? textAt(table, '_meta', 'requires', 'python_version')
  return {
    format: 'pipenv',
    file,
    requiresPython: minor !== null && /^\d+\.\d+/.test(minor) ? `==${/^\d+\.\d+/.exec(minor)?.[0] ?? ''}.*` : null,
    packages,
    contentHash: textAt(table, '_meta', 'hash', 'sha256'),
    roots: null,
  }
}

function readJson(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw refuseLock(file, `It is no valid JSON: ${error instanceof Error ? error.message.slice(0, 200) : ''}`)
  }
  if (!isTable(value) || tableAt(value, '_meta') === null) throw refuseLock(file, 'It has no _meta section.')
  return value
}

function groupOf(section: string): string {
  return section === 'develop' ? 'dev' : normalizeName(section)
}

function readPackage(name: string, value: unknown, group: string, file: string): LockedPackage {
  if (!isName(name)) throw refuseLock(file, `${name.slice(0, 100)} is no name of a package.`)
  return {
    name: normalizeName(name),
    version: textAt(value, 'version')?.replace(/^={2,3}\s*/, '') ?? null,
    marker: markerIn(textAt(value, 'markers'), file),
    source: readSource(value),
    files: textsAt(value, 'hashes').map(hash => ({ name: null, url: null, sha256: sha256In(hash), size: null })),
    dependencies: [],
    extras: new Map(),
    groups: [group],
    requiresPython: null,
  }
}

function readSource(value: unknown): LockedSource {
  const git = textAt(value, 'git')
  if (git !== null)
    return { kind: 'git', url: git, commit: textAt(value, 'ref'), subdirectory: textAt(value, 'subdirectory') }
  const url = textAt(value, 'file')
  if (url !== null && /^https?:/i.test(url)) return { kind: 'url', url }
  const path = textAt(value, 'path') ?? url
  return path === null
    ? { kind: 'registry', url: null }
    : { kind: 'path', path, editable: valueAt(value, 'editable') === true }
}
