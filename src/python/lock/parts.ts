import { posix } from 'node:path'
import type { Marker } from '../marker/marker.ts'
import { parseMarker } from '../marker/parse.ts'
import { isName, normalizeName } from '../name.ts'
import { parseRequirement } from '../requirement/requirement.ts'
import { isTable, textAt, valueAt } from '../toml/table.ts'
import { invalidLock } from './errors.ts'
import type { LockedDependency, LockedFile } from './lock.ts'

/** What the lock formats have in common: names, hashes, markers and file names of foreign tables. */

/** A lock of real projects holds some hundreds; one of this size is made to exhaust memory. */
export const mostPackages = 20_000

export function refuseLock(file: string, why: string): Error {
  return invalidLock({
    what: `${file} cannot be read as a lock file.`,
    why,
    next: `Make ${file} again with the tool that wrote it.`,
    evidence: [{ file, line: null, text: why }],
  })
}

/** The normalised name of a package's table. @throws `invalid-lock` */
export function nameIn(value: unknown, file: string): string {
  const name = textAt(value, 'name')
  if (name === null || !isName(name)) throw refuseLock(file, 'A package has no name.')
  return normalizeName(name)
}

/** A marker the lock holds. @throws `invalid-lock` for text that is none: guessing would install the wrong set */
export function markerIn(text: string | null, file: string): Marker | null {
  if (text === null || text.trim() === '') return null
  const marker = parseMarker(text)
  if (marker === null) throw refuseLock(file, `A marker is none: ${text.slice(0, 200)}`)
  return marker
}

/** Any of the markers; null, always, when there is none. */
export function anyOf(markers: readonly (Marker | null)[]): Marker | null {
  const known = markers.filter(marker => marker !== null)
  if (known.length === 0 || known.length < markers.length) return null
  return known.length === 1 ? (known[0] ?? null) : { kind: 'or', parts: known }
}

/** A file's table: `{file|name|url|path, hash|hashes, size}`, as the formats write it. */
export function fileIn(value: unknown): LockedFile {
  const url = textAt(value, 'url')
  const named = textAt(value, 'name') ?? textAt(value, 'file') ?? textAt(value, 'filename') ?? textAt(value, 'path')
  const size = valueAt(value, 'size')
  return {
    name: named === null ? nameOfUrl(url) : posix.basename(named),
    url,
    sha256: sha256In(textAt(value, 'hash') ?? textAt(value, 'hashes', 'sha256')),
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
  }
}

/** `sha256:…` or bare hex in lower case; null for another algorithm or nothing. */
export function sha256In(text: string | null): string | null {
  const hex = text?.toLowerCase().replace(/^sha256[:=]/, '') ?? ''
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null
}

/** A dependency written as PEP 508. */
export function dependencyIn(text: string): LockedDependency | null {
  const requirement = parseRequirement(text)
  if (requirement === null) return null
  const { name, extras, marker } = requirement
  return { name, extras, marker, version: null }
}

export function tablesIn(value: unknown, file: string): readonly unknown[] {
  const list = Array.isArray(value) ? value.filter(isTable) : []
  if (list.length > mostPackages) throw refuseLock(file, `It holds more than ${mostPackages} packages.`)
  return list
}

function nameOfUrl(url: string | null): string | null {
  if (url === null) return null
  const name = posix.basename(url.split(/[?#]/, 1)[0] ?? '')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
