import { createHash } from 'node:crypto'
import { lstat, readFile, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { readTar } from '../../src/kit/tar-read.ts'
import type { Tree } from '../../src/model/tree.ts'

/** Compares the tree that was meant with what an image, a directory or an engine really holds. */

/** One path as it is, wherever it was found. What a source cannot know is null and not compared. */
export interface Fact {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly mode: number | null
  readonly owner: string | null
  readonly size: number
  readonly sha256: string
  readonly target: string
}

export type Facts = ReadonlyMap<string, Fact>

const blank = { mode: null, owner: null, size: 0, sha256: '', target: '' }

/** The layers' trees, the lowest first, as one: later entries replace earlier ones, missing parents are 0755 and root's. */
export async function factsOfTrees(trees: readonly Tree[]): Promise<Facts> {
  const facts = new Map<string, Fact>()
  for (const entry of trees.flat()) {
    const owner = `${entry.owner ?? 0}:${entry.owner ?? 0}`
    for (let at = entry.path.indexOf('/'); at > 0; at = entry.path.indexOf('/', at + 1)) {
      const parent = entry.path.slice(0, at)
      if (!facts.has(parent)) facts.set(parent, { ...blank, kind: 'directory', mode: 0o755, owner: '0:0' })
    }
    if (entry.kind === 'link') facts.set(entry.path, { ...blank, kind: 'link', owner, target: entry.target })
    if (entry.kind === 'directory') facts.set(entry.path, { ...blank, kind: 'directory', mode: entry.mode, owner })
    if (entry.kind !== 'file') continue
    const bytes = 'data' in entry.bytes ? entry.bytes.data : await readFile(entry.bytes.file)
    facts.set(entry.path, {
      ...blank,
      kind: 'file',
      mode: entry.mode,
      owner,
      size: bytes.length,
      sha256: sha256(bytes),
    })
  }
  return facts
}

/** `owners: false` for a directory that was unpacked by a normal user. */
export async function factsOfDirectory(root: string, options: { readonly owners?: boolean } = {}): Promise<Facts> {
  const facts = new Map<string, Fact>()
  for (const path of await pathsBelow(root)) {
    const place = join(root, path)
    const seen = await lstat(place)
    const owner = options.owners === false ? null : `${seen.uid}:${seen.gid}`
    const mode = seen.mode & 0o7777
    if (seen.isSymbolicLink()) facts.set(path, { ...blank, kind: 'link', owner, target: await readlink(place) })
    else if (seen.isDirectory()) facts.set(path, { ...blank, kind: 'directory', mode, owner })
    else if (!seen.isFile()) facts.set(path, { ...blank, kind: 'other', mode, owner })
    else {
      const bytes = await readFile(place)
      facts.set(path, { ...blank, kind: 'file', mode, owner, size: bytes.length, sha256: sha256(bytes) })
    }
  }
  return facts
}

/** Node's own recursive listing follows links to directories, so it can leave the directory and never come back. */
async function pathsBelow(root: string): Promise<readonly string[]> {
  const paths: string[] = []
  const waiting = ['']
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop())
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      paths.push(path)
      if (entry.isDirectory()) waiting.push(path)
    }
  return paths
}

/** A tar as `docker export` or a layer holds it. */
export async function factsOfTar(source: AsyncIterable<Uint8Array>): Promise<Facts> {
  const facts = new Map<string, Fact>()
  for await (const member of readTar(source)) {
    const path = member.path.replace(/^\.\//, '').replace(/\/$/, '')
    if (path === '' || path === '.') continue
    const { mode, size } = member
    const owner = `${member.uid}:${member.gid}`
    const hash = createHash('sha256')
    for await (const chunk of member.body()) hash.update(chunk)
    if (member.type === 'symlink') facts.set(path, { ...blank, kind: 'link', owner, target: member.link })
    else if (member.type === 'directory') facts.set(path, { ...blank, kind: 'directory', mode, owner })
    else if (member.type === 'file')
      facts.set(path, { ...blank, kind: 'file', mode, owner, size, sha256: hash.digest('hex') })
    else facts.set(path, { ...blank, kind: 'other', mode, owner })
  }
  return facts
}

/** One line per difference: `etc/passwd: mode 644, found 600`. Empty when both are the same but for what `ignore` matches. */
export function differences(meant: Facts, found: Facts, ignore = /^$/): readonly string[] {
  const lines: string[] = []
  for (const path of new Set([...meant.keys(), ...found.keys()])) {
    if (ignore.test(path)) continue
    const a = meant.get(path)
    const b = found.get(path)
    if (a === undefined || b === undefined) lines.push(`${path}: ${a ? 'missing' : 'not meant to be there'}`)
    else
      for (const key of ['kind', 'mode', 'owner', 'size', 'sha256', 'target'] as const)
        if (a[key] !== null && b[key] !== null && a[key] !== b[key])
          lines.push(`${path}: ${key} ${show(a[key])}, found ${show(b[key])}`)
  }
  return lines.sort()
}

/** What a running engine adds to every container's root. */
export const addedByDocker = /^(?:\.dockerenv|(?:dev|proc|sys)(?:\/.*)?|etc|etc\/(?:hostname|hosts|resolv\.conf|mtab))$/

function show(value: string | number): string {
  return typeof value === 'number' ? value.toString(8) : value
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
