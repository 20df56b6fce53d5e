import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeElf, type ElfParts } from '../../../test/support/make-elf.ts'
import type { FileEntry } from '../../model/tree.ts'
import { memory, neededLibraries } from './needs.ts'
import { ElfError, readElf, type ElfSource } from './read.ts'

const full: ElfParts = {
  needed: ['libc.so.6', 'libstdc++.so.6'],
  soname: 'libdemo.so.1',
  runpath: '$ORIGIN/../demo.libs:/opt/lib',
  versions: { 'libc.so.6': ['GLIBC_2.9', 'GLIBC_2.17', 'GLIBC_2.3.4', 'GLIBC_PRIVATE'], 'libm.so.6': ['GLIBC_2.2.5'] },
}

test('reads what the dynamic linker reads', () => {
  expect(readElf(memory(makeElf(full)))).toEqual({
    machine: 'x86-64',
    needed: ['libc.so.6', 'libstdc++.so.6'],
    soname: 'libdemo.so.1',
    runpath: ['$ORIGIN/../demo.libs', '/opt/lib'],
    interpreter: null,
    glibc: '2.17',
  })
})

test('RPATH counts only without RUNPATH; other processors are told apart; programs name their interpreter', () => {
  const read = (parts: ElfParts) => readElf(memory(makeElf(parts)))
  expect(read({ rpath: '/a', runpath: '/b' }).runpath).toEqual(['/b'])
  expect(read({ rpath: '/a' }).runpath).toEqual(['/a'])
  expect(read({ machine: 183 }).machine).toBe('aarch64')
  expect(read({ machine: 40 }).machine).toBeNull()
  expect(read({ interpreter: '/lib/ld-musl-x86_64.so.1' }).interpreter).toBe('/lib/ld-musl-x86_64.so.1')
})

test('reads the program that runs this test', () => {
  if (process.platform !== 'linux') return
  const node: FileEntry = { kind: 'file', path: 'bin/node', mode: 0o755, size: 1e9, bytes: { file: process.execPath } }
  const { libraries, unreadable, glibc } = neededLibraries([node], process.arch === 'x64' ? 'x86-64' : 'aarch64')
  expect(unreadable).toEqual([])
  expect(libraries.map(({ soname }) => soname)).toContain('libc.so.6')
  expect(glibc?.version).toMatch(/^2\.\d+$/)
})

describe('hostile files', () => {
  /** Fails the test when the reader asks for what is outside the file, which `memory` would hide. */
  const strict = (data: Uint8Array): ElfSource => ({
    size: data.length,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > data.length) throw new Error(`read ${offset}+${length}`)
      return data.subarray(offset, offset + length)
    },
  })
  const judge = (data: Uint8Array): void => {
    try {
      readElf(strict(data))
    } catch (error) {
      if (!(error instanceof ElfError)) throw error
    }
  }
  const sound = makeElf({ ...full, interpreter: '/lib64/ld-linux-x86-64.so.2' })

  test('any cut', () => {
    for (let length = 0; length < sound.length; length += 1) judge(sound.subarray(0, length))
    expect(() => readElf(memory(sound.subarray(0, 100)))).toThrow(ElfError)
  })

  test('any bytes changed', () => {
    const change = fc.tuple(fc.nat(sound.length - 1), fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255)))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), changes => {
        const data = Uint8Array.from(sound)
        for (const [at, value] of changes) data[at] = value
        judge(data)
      }),
      { numRuns: 3000 },
    )
  })

  test('any bytes at all after the magic', () => {
    const start = sound.subarray(0, 20)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), rest => judge(Buffer.concat([start, rest]))),
      { numRuns: 2000 },
    )
  })

  test('chains of versions that turn back end', () => {
    const data = Buffer.from(sound)
    // Every 32-bit link of the chains at once: as large as can be, and zero.
    for (const value of [1, 16, 0xffff_ffff]) {
      for (let at = 232; at + 4 <= data.length; at += 4) if (data.readUInt32LE(at) === 16) data.writeUInt32LE(value, at)
      judge(data)
    }
  })
})

describe('needs of a tree', () => {
  const file = (path: string, parts: ElfParts | Uint8Array, mode = 0o644): FileEntry => {
    const data = parts instanceof Uint8Array ? parts : makeElf(parts)
    return { kind: 'file', path, mode, size: data.length, bytes: { data } }
  }

  test('leaves out what the tree brings itself, by file name or soname', () => {
    const needs = neededLibraries(
      [
        file('a/x.so', { needed: ['libb-1234.so.2', 'libreal.so.5', 'libz.so.1', 'libc.so.6'] }),
        file('a/y.cpython-313-x86_64-linux-gnu.so', { needed: ['libz.so.1'], versions: { c: ['GLIBC_2.34'] } }),
        file('a.libs/libb-1234.so.2', { needed: ['libc.so.6'] }),
        file('b/whatever.so', { soname: 'libreal.so.5' }),
        file('bin/tool', { needed: ['libssl.so.3'] }, 0o755),
        file('a/data.bin', { needed: ['libnever.so'] }),
      ],
      'x86-64',
    )
    expect(needs.libraries).toEqual([
      { soname: 'libc.so.6', neededBy: ['a.libs/libb-1234.so.2', 'a/x.so'] },
      { soname: 'libssl.so.3', neededBy: ['bin/tool'] },
      { soname: 'libz.so.1', neededBy: ['a/x.so', 'a/y.cpython-313-x86_64-linux-gnu.so'] },
    ])
    expect(needs.glibc).toEqual({ version: '2.34', neededBy: 'a/y.cpython-313-x86_64-linux-gnu.so' })
  })

  test('tells of files for another processor, and of those it cannot read', () => {
    const needs = neededLibraries(
      [
        file('arm.so', { machine: 183, needed: ['libarm.so'] }),
        file('cut.so', makeElf(full).subarray(0, 150)),
        file('small.so', Buffer.concat([Buffer.from('\x7fELF\x01\x01', 'latin1'), Buffer.alloc(100)])),
        file('script.so', Buffer.from('INPUT(libreal.so)'.padEnd(80))),
      ],
      'x86-64',
    )
    expect(needs.foreign).toEqual(['arm.so'])
    expect(needs.unreadable.map(({ path }) => path)).toEqual(['cut.so', 'small.so'])
    expect(needs.libraries).toEqual([])
  })
})
