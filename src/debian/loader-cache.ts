import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import type { FileEntry, Tree } from '../model/tree.ts'
import type { Architecture } from './archive.ts'

const magic = 'glibc-ld.so.cache1.1'
const [headerSize, entrySize] = [48, 24]
const searched = /^usr\/lib(?:\/[a-z0-9_]+-linux-gnu[a-z0-9]*)?$/
const sharedObject = /^(?:lib[^/]*|ld-[^/]*)\.so(?:\.[^/]*)?$/

/**
 * /etc/ld.so.cache for all trees of an image together. The loader does without; `ldconfig -p`, and so ctypes.util.find_library,
 * which GeoDjango and others find their libraries by, does not. The form is glibc's (elf/cache.c, dl-cache.h: version 1.1).
 */
export function loaderCache(trees: readonly Tree[], architecture: Architecture): FileEntry {
  const elsewhere = beforeIn(trees).filter(({ path }) => !searched.test(posix.dirname(path)))
  const libraries = [...librariesIn(trees), ...elsewhere].toSorted(
    (a, b) => compareNames(b.name, a.name) || (a.path < b.path ? -1 : 1),
  )
  const strings: Buffer[] = []
  let at = headerSize + entrySize * libraries.length
  const place = (text: string): number => {
    const bytes = Buffer.from(`${text}\0`)
    strings.push(bytes)
    at += bytes.length
    return at - bytes.length
  }
  const table = Buffer.alloc(headerSize + entrySize * libraries.length)
  table.write(magic)
  for (const [i, { name, path }] of libraries.entries()) {
    const entry = headerSize + entrySize * i
    // ELF for glibc, and the architecture it is for.
    table.writeUInt32LE(0x0003 | (architecture === 'amd64' ? 0x0300 : 0x0a00), entry)
    table.writeUInt32LE(place(name), entry + 4)
    table.writeUInt32LE(place(`/${path}`), entry + 8)
  }
  table.writeUInt32LE(libraries.length, 20)
  table.writeUInt32LE(at - table.length, 24)
  table.writeUInt8(2, 28) // little endian
  const data = Buffer.concat([table, ...strings])
  return { kind: 'file', path: 'etc/ld.so.cache', mode: 0o644, size: data.length, bytes: { data } }
}

interface Library {
  readonly name: string
  readonly path: string
}

/** The names programs ask for: links, and files that no link beside them stands for. */
function librariesIn(trees: readonly Tree[]): Library[] {
  const entries = new Map(trees.flat().map(entry => [entry.path, entry]))
  const linked = new Set<string>()
  const found: Library[] = []
  for (const entry of entries.values()) {
    const { dir, base } = posix.parse(entry.path)
    if (entry.kind === 'directory' || !searched.test(dir) || !sharedObject.test(base)) continue
    if (entry.kind === 'link') linked.add(posix.join(dir, entry.target))
    found.push({ name: base, path: entry.path })
  }
  return found.filter(({ path }) => entries.get(path)?.kind === 'link' || !linked.has(path))
}

/** What the cache of the trees themselves knows: a base image has libraries in directories that only its settings name. */
function beforeIn(trees: readonly Tree[]): Library[] {
  const entry = trees.flat().findLast(({ path }) => path === 'etc/ld.so.cache')
  if (entry?.kind !== 'file') return []
  return readLoaderCache('data' in entry.bytes ? entry.bytes.data : readFileSync(entry.bytes.file))
}

/** The libraries a cache lists, in the one form glibc writes since 2.32; none of what is not one. */
export function readLoaderCache(bytes: Uint8Array): Library[] {
  const data = Buffer.from(bytes)
  if (data.length < headerSize || data.toString('latin1', 0, 20) !== magic) return []
  const count = Math.min(data.readUInt32LE(20), Math.floor((data.length - headerSize) / entrySize))
  const text = (at: number): string => data.toString('utf8', at, Math.max(at, data.indexOf(0, at)))
  return Array.from({ length: count }, (_, i) => headerSize + entrySize * i)
    .map(at => ({ name: text(data.readUInt32LE(at + 4)), path: text(data.readUInt32LE(at + 8)).replace(/^\//, '') }))
    .filter(({ name, path }) => sharedObject.test(name) && path !== '')
}

/** glibc's order of names (_dl_cache_libcmp): numbers by value, a digit after everything else. The cache is searched by halves. */
function compareNames(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length) {
    const [n, m] = [/^\d+/.exec(a.slice(i))?.[0], /^\d+/.exec(b.slice(j))?.[0]]
    if (n !== undefined && m !== undefined) {
      if (Number(n) !== Number(m)) return Number(n) - Number(m)
      i += n.length
      j += m.length
    } else if (n !== undefined) return 1
    else if (m !== undefined) return -1
    else {
      const order = a.charCodeAt(i) - (j < b.length ? b.charCodeAt(j) : 0)
      if (order !== 0) return order
      i += 1
      j += 1
    }
  }
  return j < b.length ? -1 : 0
}
