import type { Entry, FileEntry, Tree } from '../model/tree.ts'
import { certificateBundle } from './certificates.ts'
import { file, generatedEntries, link, usrMergeLinks } from './generated.ts'
import { ruleFor, type LeftOut } from './left-out.ts'
import { mergeDebs } from './merge.ts'
import type { Architecture } from './archive.ts'
import type { UnpackedDeb } from './fetch-deb.ts'
import { loaderCache } from './loader-cache.ts'
import { alternativeLinks } from './loader-paths.ts'

/**
 * The root file system of a base: the packages' files under a merged /usr, what their scripts would have made, and a record of
 * each package for scanners; less what no image needs. Throws `conflicting-packages` and `bad-deb`.
 */
export async function assembleBase(debs: readonly UnpackedDeb[], architecture: Architecture): Promise<Tree> {
  const tree = mergeDebs(debs)
  const bundle = await certificateBundle([...tree.values()].filter(entry => entry.kind === 'file'))
  const slim = withoutLeftOut(tree)
  // What scripts make replaces what packages hold: base-files packs /var/run as a directory and makes it a link.
  for (const entry of generatedEntries()) slim.set(entry.path, entry)
  if (bundle) slim.set(bundle.path, bundle)
  for (const entry of usrMergeLinks(directoriesOf(slim))) slim.set(entry.path, entry)
  return finish(slim, debs, [], architecture)
}

/**
 * The files of packages that are added, as a tree of its own that lies on the trees given: nothing of them is repeated but the
 * loader's cache, which covers all.
 */
export function assembleAddition(
  debs: readonly UnpackedDeb[],
  beneath: readonly Tree[],
  architecture: Architecture,
): Tree {
  return finish(withoutLeftOut(mergeDebs(debs)), debs, beneath, architecture)
}

/**
 * As `assembleAddition`, for a place where programs are compiled: headers and static libraries stay, and the links are made that
 * update-alternatives would.
 */
export function assembleCompiler(
  debs: readonly UnpackedDeb[],
  beneath: readonly Tree[],
  architecture: Architecture,
): Tree {
  const tree = withoutLeftOut(mergeDebs(debs), rule => rule.compilers !== true)
  for (const [name, target] of programLinks)
    if (tree.has(`usr/bin/${target}`)) tree.set(`usr/bin/${name}`, link(`usr/bin/${name}`, target))
  return finish(tree, debs, beneath, architecture)
}

/** Names of programs that update-alternatives gives, and the programs that have them here. */
const programLinks: ReadonlyMap<string, string> = new Map([
  ['awk', 'mawk'],
  ['c++', 'g++'],
  ['c89', 'c89-gcc'],
  ['c99', 'c99-gcc'],
  ['cc', 'gcc'],
  ['lex', 'flex'],
  ['yacc', 'bison.yacc'],
])

function finish(
  tree: ReadonlyMap<string, Entry>,
  debs: readonly UnpackedDeb[],
  beneath: readonly Tree[],
  architecture: Architecture,
): Tree {
  const files = [...tree.values()]
  const links = alternativeLinks(files).filter(link => !tree.has(link.path))
  const cache = loaderCache([...beneath, files, links], architecture)
  return [...files, ...links, cache, ...records(debs)].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  )
}

/** Without what the rules leave out, and without the directories that are empty for that reason alone. */
function withoutLeftOut(
  tree: ReadonlyMap<string, Entry>,
  counts: (rule: LeftOut) => boolean = () => true,
): Map<string, Entry> {
  const kept = new Map(
    [...tree].filter(([path]) => {
      const rule = ruleFor(path)
      return rule === null || !counts(rule)
    }),
  )
  const held = directoriesOf(tree)
  for (;;) {
    // One that is emptied may empty its parent.
    const holding = directoriesOf(kept)
    const empty = [...kept.values()].filter(
      ({ kind, path }) => kind === 'directory' && held.has(path) && !holding.has(path),
    )
    if (empty.length === 0) return kept
    for (const { path } of empty) kept.delete(path)
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** Every directory that holds something. */
function directoriesOf(tree: ReadonlyMap<string, Entry>): Set<string> {
  return new Set([...tree.keys()].flatMap(parentsOf))
}

/**
 * One file a package under status.d, the form scanners read in images without dpkg (distroless began it): a layer brings the
 * records of its own packages, where a single status file would have to be replaced by every layer.
 */
function records(debs: readonly UnpackedDeb[]): FileEntry[] {
  return debs.map(deb => {
    const control = deb.control.replaceAll(/\r?\n/g, '\n').trimEnd().split('\n')
    const stanza = [control[0], 'Status: install ok installed', ...control.slice(1), ''].join('\n')
    return file(`var/lib/dpkg/status.d/${deb.package.name}`, stanza)
  })
}
