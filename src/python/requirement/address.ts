import { posix } from 'node:path'
import { parseMarker } from '../marker/parse.ts'
import type { Marker } from '../marker/marker.ts'
import { isName, normalizeName } from '../name.ts'
import { parseWheelName } from '../tag/wheel.ts'
import { parseVersion } from '../version/version.ts'
import type { ListedRequirement, ProjectFiles } from './listed.ts'

/** What a line without a plain name asks for: an address or a path, and what it tells of the name. */
export type Address = Pick<ListedRequirement, 'name' | 'extras' | 'marker' | 'url' | 'path'>

export type AddressProblem = 'outside' | 'invalid'

const archive = /\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz|tar)$/i
const versionControl = /^(?:git|hg|svn|bzr)\+(?:https?|ssh|git):\/\/[^-]/i
const fetchable = /^https?:\/\//i

/** True for what pip takes as an address or a path rather than a name: it has a scheme, a slash, a leading dot or an archive's suffix. */
export function looksLikeAddress(text: string): boolean {
  const subject = text.split(/\s;|;\s/, 1)[0] ?? ''
  if (/^[a-z0-9._-]+(?:\s*\[[^\]]*\])?\s*@/i.test(subject) && !subject.startsWith('git@')) return false
  return subject.startsWith('.') || subject.includes('/') || /^[a-z+]+:/i.test(subject) || archive.test(subject)
}

/**
 * Reads an address or path.
 * @param root the directory pip would be run in: relative paths start there; a path only right beside `file` is taken too
 */
export function readAddress(
  text: string,
  { file, root, files }: { file: string; root: string; files: ProjectFiles },
): Address | AddressProblem {
  const { subject, marker } = splitMarker(text)
  if (marker === undefined) return 'invalid'
  if (/^file:/i.test(subject)) return readPath(pathOfFileUrl(subject), marker, file, root, files)
  if (versionControl.test(subject) || fetchable.test(subject) || /^git:\/\//i.test(subject))
    return readUrl(subject, marker)
  // The form git prints: user@host:path.
  const scp = /^(?:git\+)?(?:ssh:\/\/)?git@([a-z0-9.-]+):(?!\d)([^\s-][^\s]*)$/i.exec(subject)
  if (scp !== null) return readUrl(`git+ssh://git@${scp[1]}/${scp[2]}`, marker)
  if (/^[a-z][a-z0-9+.-]*:/i.test(subject)) return /^[a-z]:[\\/]/i.test(subject) ? 'outside' : 'invalid'
  return readPath(subject, marker, file, root, files)
}

function pathOfFileUrl(url: string): string {
  const path = url.replace(/^file:(?:\/\/(?:localhost)?)?/i, '')
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

function splitMarker(text: string): { subject: string; marker: Marker | null | undefined } {
  const cut = /\s;|;\s/.exec(text)
  if (cut === null) return { subject: text.trim(), marker: null }
  return {
    subject: text.slice(0, cut.index).trim(),
    marker: parseMarker(text.slice(cut.index).trim().replace(/^;/, '')) ?? undefined,
  }
}

function readUrl(url: string, marker: Marker | null): Address {
  const [address = '', fragment = ''] = url.split('#', 2)
  const egg = /(?:^|&)egg=([^&[]+)(?:\[([^\]]*)\])?/.exec(fragment)
  const name = egg === null ? nameOfArchive(posix.basename(address.split('?', 1)[0] ?? '')) : (egg[1] ?? null)
  // Old habit: `#egg=name-1.0`.
  const bare = name?.replace(/-\d[\w.]*$/, '') ?? null
  return {
    name: bare !== null && isName(bare) ? normalizeName(bare) : null,
    extras: readExtras(egg?.[2] ?? ''),
    marker,
    url,
    path: null,
  }
}

function readPath(
  text: string,
  marker: Marker | null,
  file: string,
  root: string,
  files: ProjectFiles,
): Address | AddressProblem {
  const { bare, extras } = splitExtras(text.split('#', 1)[0] ?? '')
  if (posix.isAbsolute(bare) || bare.includes('\\') || bare.startsWith('~')) return 'outside'
  const candidates = [root, posix.dirname(file)].map(base => posix.normalize(posix.join(base, bare)).replace(/\/$/, ''))
  const inside = candidates.filter(path => path !== '..' && !path.startsWith('../'))
  if (inside.length === 0) return 'outside'
  const path = inside.find(path => path === '.' || files.has(path) || files.hasDirectory(path))
  if (path === undefined) return 'invalid'
  return { name: nameOfArchive(posix.basename(path)), extras: readExtras(extras), marker, url: null, path }
}

/** `path[extra,other]`: the extras are in the last brackets. Looked for from the end: a line may be nothing but brackets. */
function splitExtras(text: string): { readonly bare: string; readonly extras: string } {
  const open = text.endsWith(']') ? text.indexOf('[', text.lastIndexOf(']', text.length - 2) + 1) : -1
  return open < 0 ? { bare: text, extras: '' } : { bare: text.slice(0, open), extras: text.slice(open + 1, -1) }
}

function nameOfArchive(file: string): string | null {
  const wheel = parseWheelName(file)
  if (wheel !== null) return wheel.name
  if (!archive.test(file)) return null
  const stem = file.replace(archive, '')
  const cut = stem.lastIndexOf('-')
  const [name, version] = [stem.slice(0, cut), stem.slice(cut + 1)]
  return cut > 0 && isName(name) && parseVersion(version) !== null ? normalizeName(name) : null
}

function readExtras(text: string): string[] {
  return text
    .split(',')
    .map(extra => extra.trim())
    .filter(isName)
    .map(normalizeName)
    .sort()
}
