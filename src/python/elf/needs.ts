import { closeSync, openSync, readSync } from 'node:fs'
import { posix } from 'node:path'
import type { FileEntry, Tree } from '../../model/tree.ts'
import { compareDotted, ElfError, isElf, readElf, type Elf, type ElfSource } from './read.ts'

/** What the shared objects and programs of a tree want from the system they will run on. */
export interface Needs {
  /** Libraries that no file of the tree provides, by name; whoever asks subtracts what the base holds. */
  readonly libraries: readonly NeededLibrary[]
  /** The highest C library version needed, and the file that needs it. */
  readonly glibc: { readonly version: string; readonly neededBy: string } | null
  /** ELF files for another processor than the one asked about. */
  readonly foreign: readonly string[]
  /** Files that begin like ELF files and cannot be read as such: 32-bit, big-endian or damaged ones. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
}

export interface NeededLibrary {
  /** `libstdc++.so.6` */
  readonly soname: string
  /** Paths of the files that need it, sorted. */
  readonly neededBy: readonly string[]
}

/**
 * Reads the needs of every ELF file in a tree. A library counts as bundled when any file of the tree has its name or its soname: what
 * auditwheel bundles has a name nobody else has, and packages that load each other's libraries do so by path, first (numpy, torch).
 */
export function neededLibraries(tree: Tree, machine: 'x86-64' | 'aarch64'): Needs {
  const provided = new Set(tree.filter(({ kind }) => kind !== 'directory').map(({ path }) => posix.basename(path)))
  const found: { readonly path: string; readonly elf: Elf }[] = []
  const foreign: string[] = []
  const unreadable: { path: string; why: string }[] = []
  for (const entry of tree) {
    if (entry.kind !== 'file' || !mayBeElf(entry)) continue
    try {
      const elf = readEntry(entry)
      if (elf === null) continue
      if (elf.machine !== machine) {
        foreign.push(entry.path)
        continue
      }
      if (elf.soname !== null) provided.add(elf.soname)
      found.push({ path: entry.path, elf })
    } catch (error) {
      if (!(error instanceof ElfError)) throw error
      unreadable.push({ path: entry.path, why: error.message })
    }
  }
  return { libraries: missing(found, provided), glibc: highestGlibc(found), foreign: foreign.sort(), unreadable }
}

function missing(found: readonly { path: string; elf: Elf }[], provided: ReadonlySet<string>): NeededLibrary[] {
  const needs = new Map<string, string[]>()
  for (const { path, elf } of found)
    for (const need of elf.needed) {
      // A needed name with a slash is a path of its own (ld.so(8)); within a tree nobody can say more than its last part.
      const soname = posix.basename(need)
      if (soname === '' || provided.has(soname)) continue
      needs.set(soname, [...(needs.get(soname) ?? []), path])
    }
  const libraries = [...needs].map(([soname, paths]) => ({ soname, neededBy: [...new Set(paths)].sort() }))
  return libraries.sort((a, b) => (a.soname < b.soname ? -1 : 1))
}

function highestGlibc(found: readonly { path: string; elf: Elf }[]): Needs['glibc'] {
  let highest: Needs['glibc'] = null
  for (const { path, elf } of found)
    if (elf.glibc !== null && (highest === null || compareDotted(elf.glibc, highest.version) > 0))
      highest = { version: elf.glibc, neededBy: path }
  return highest
}

/** Opening every source file to see that it is none would cost more than all the rest. */
function mayBeElf({ path, mode, size }: FileEntry): boolean {
  const name = posix.basename(path)
  return size >= 64 && (/\.so(?:\.|$)/.test(name) || ((mode & 0o111) !== 0 && !/\.(?:py|sh|js|txt)$/.test(name)))
}

function readEntry({ bytes, size }: FileEntry): Elf | null {
  if ('data' in bytes) {
    const { data } = bytes
    return isElf(data) ? readElf(memory(data)) : null
  }
  const file = openSync(bytes.file, 'r')
  try {
    const source = onDisk(file, size)
    return isElf(source.read(0, 4)) ? readElf(source) : null
  } finally {
    closeSync(file)
  }
}

/** An ELF file's bytes in memory. */
export function memory(data: Uint8Array): ElfSource {
  return { size: data.length, read: (offset, length) => data.subarray(offset, offset + length) }
}

function onDisk(file: number, size: number): ElfSource {
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
    },
  }
}
