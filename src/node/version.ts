import semver from 'semver'

/** The newest long-term release line when this version of Wherry was made (nodejs/Release, schedule.json): what an app gets that names none. */
const longTerm = 24

/** The names of long-term lines, as .nvmrc may say them (`lts/iron`). */
const lines: Readonly<Record<string, number>> = {
  argon: 4,
  boron: 6,
  carbon: 8,
  dubnium: 10,
  erbium: 12,
  fermium: 14,
  gallium: 16,
  hydrogen: 18,
  iron: 20,
  jod: 22,
  krypton: 24,
}

/** A range of Node.js versions from what .nvmrc, .node-version, `volta` or `engines` say; null for text that says none. */
export function nodeRange(text: string): string | null {
  const word = text
    .trim()
    .replace(/^v(?=\d)/i, '')
    .replace(/^node-?(?=\d)/i, '')
  if (/^(?:lts(?:\/\*)?|--lts)$/i.test(word)) return `^${longTerm}`
  if (/^(?:node|stable|latest|current|\*)$/i.test(word)) return '*'
  const line = lines[/^lts\/([a-z]+)$/i.exec(word)?.[1]?.toLowerCase() ?? '']
  if (line !== undefined) return `^${line}`
  return word === '' || word.length > 200 ? null : semver.validRange(word)
}

/** The version to build with: in the range, of a long-term line that is no newer than the newest we know, else the newest in it. */
export function chooseNode(range: string, versions: readonly string[]): string | null {
  const fitting = versions.filter(version => semver.prerelease(version) === null && semver.satisfies(version, range))
  const known = fitting.filter(version => isLongTerm(semver.major(version)))
  return newest(known) ?? newest(fitting)
}

/** The newest of the versions whose own demand on Node.js is met. */
export function newestFor(
  node: string,
  offered: readonly { readonly version: string; readonly node: string | null }[],
): string | null {
  const fits = offered.filter(
    one => semver.prerelease(one.version) === null && (one.node === null || semver.satisfies(node, one.node)),
  )
  return newest(fits.map(({ version }) => version))
}

function isLongTerm(major: number): boolean {
  return major % 2 === 0 && major <= longTerm
}

function newest(versions: readonly string[]): string | null {
  return versions.toSorted(semver.rcompare)[0] ?? null
}
