import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Layer } from '../model/image.ts'
import type { Entry } from '../model/tree.ts'
import { writeTar } from './tar-write.ts'

export interface DirectoryLayerOptions {
  /** Numeric user and group of everything in it. */
  readonly owner: number
  /** Where it lies in the image, relative; the root without it. Parents are made. */
  readonly at?: string
}

/** A layer that is not compressed and lies nowhere: its bytes are read from a directory each time. */
export interface DirectoryLayer {
  readonly layer: Layer
  open(): AsyncIterable<Uint8Array>
}

/**
 * A directory, or one file, of this machine as a layer, for an engine that cannot use the directory itself. A character device 0/0, as
 * overlayfs marks a deleted file, becomes the mark layers have (image-spec layer.md, "Whiteouts"). It is read once to learn its digest.
 */
export async function directoryLayer(from: string, options: DirectoryLayerOptions): Promise<DirectoryLayer> {
  const open = (): AsyncIterable<Uint8Array> => directoryTar(from, options)
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of open()) {
    hash.update(chunk)
    size += chunk.length
  }
  const digest = `sha256:${hash.digest('hex')}`
  return { layer: { digest, diffId: digest, size, unpackedSize: size, what: 'directory' }, open }
}

/** The bytes of that layer. */
export function directoryTar(from: string, options: DirectoryLayerOptions): AsyncIterable<Uint8Array> {
  return writeTar(entriesOf(from, options))
}

function* entriesOf(from: string, { owner, at = '' }: DirectoryLayerOptions): Generator<Entry> {
  const parents = posix.dirname(at).split('/')
  if (at.includes('/'))
    for (const [n] of parents.entries())
      yield { kind: 'directory', path: parents.slice(0, n + 1).join('/'), mode: 0o755, owner }
  yield* walk(from, at, owner)
}

function* walk(from: string, path: string, owner: number): Generator<Entry> {
  const status = lstatSync(from, { throwIfNoEntry: false })
  // Absent: its name is not UTF-8, and an image could not hold it.
  if (status === undefined) return
  const mode = status.mode & 0o7777
  if (status.isSymbolicLink()) yield { kind: 'link', path, target: readlinkSync(from), owner }
  else if (status.isFile()) yield { kind: 'file', path, mode, size: status.size, bytes: { file: from }, owner }
  else if (status.isCharacterDevice() && status.rdev === 0) yield mark(path, owner)
  if (!status.isDirectory()) return
  if (path !== '') yield { kind: 'directory', path, mode, owner }
  for (const name of readdirSync(from).sort())
    yield* walk(join(from, name), path === '' ? name : `${path}/${name}`, owner)
}

function mark(path: string, owner: number): Entry {
  const { dir, base } = posix.parse(path)
  return {
    kind: 'file',
    path: posix.join(dir, `.wh.${base}`),
    mode: 0o644,
    size: 0,
    bytes: { data: new Uint8Array(0) },
    owner,
  }
}
