import { compare, explain, type Pep440Version } from '@renovatebot/pep440'

export type Version = Pep440Version

/** Longer than any version ever published; what is longer is hostile or garbage. */
const longest = 128

/** A version by PEP 440, or null when the text is none. Surrounding space and a leading `v` are allowed, as PEP 440 says. */
export function parseVersion(text: string): Version | null {
  const trimmed = text.trim()
  return trimmed.length > longest ? null : explain(trimmed)
}

/** Negative, zero or positive, as PEP 440 orders the two. @throws TypeError for text that is no version. */
export function compareVersions(a: string, b: string): number {
  return compare(a.trim(), b.trim())
}

/** `major.minor` of a version: the unit in which wheels, bases and `requires-python` speak of Python. */
export function minorOf(version: string): string | null {
  const release = parseVersion(version)?.release
  const [major, minor] = release ?? []
  return major === undefined || minor === undefined ? null : `${major}.${minor}`
}
