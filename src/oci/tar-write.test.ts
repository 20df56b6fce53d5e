import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { differences, factsOfTar, factsOfTrees } from '../../test/support/compare-tree.ts'
import { anyTree } from '../../test/support/random-tree.ts'
import { TarError } from '../kit/tar-error.ts'
import { readTar } from '../kit/tar-read.ts'
import type { Entry, Tree } from '../model/tree.ts'
import { nothingBelow, type Below } from './below.ts'
import { orderEntries } from './entries.ts'
import { readSafely } from './layer-read.ts'
import { shapeOf } from './shape.ts'
import { fixedMtime, writeTar } from './tar-write.ts'

async function tarOf(tree: Tree, below: Below = nothingBelow): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(writeTar(orderEntries(tree, shapeOf(tree), below))))
}

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const file = (path: string, text = '', rest: object = {}): Entry => ({
  kind: 'file',
  path,
  mode: 0o644,
  size: Buffer.byteLength(text),
  bytes: { data: Buffer.from(text) },
  ...rest,
})

test('what is written is read back, whatever the tree', async () => {
  await fc.assert(
    fc.asyncProperty(anyTree(), async tree => {
      const bytes = await tarOf(tree)
      expect(bytes.length % 512).toBe(0)
      expect(differences(await factsOfTrees([tree]), await factsOfTar(stream(bytes)))).toEqual([])
    }),
  )
})

test('order of the input, umask, time zone and working directory change no byte', async () => {
  const before = { umask: process.umask(), cwd: process.cwd(), zone: process.env['TZ'] }
  try {
    await fc.assert(
      fc.asyncProperty(
        anyTree().chain(tree =>
          fc.tuple(fc.constant(tree), fc.shuffledSubarray([...tree], { minLength: tree.length })),
        ),
        async ([tree, shuffled]) => {
          const bytes = await tarOf(tree)
          process.umask(0o077)
          process.env['TZ'] = 'Pacific/Auckland'
          process.chdir(tmpdir())
          expect((await tarOf(shuffled)).equals(bytes)).toBe(true)
        },
      ),
    )
  } finally {
    process.umask(before.umask)
    process.chdir(before.cwd)
    if (before.zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = before.zone
  }
})

test('entries are sorted by bytes, each directory before its content, all parents present', async () => {
  const tar = await tarOf([file('a/c/x'), file('a-b'), file('a.b/ﬀ'), file('a.b/😀'), file('B')])
  const members = await Array.fromAsync(readTar(stream(tar)))
  expect(members.map(member => member.path)).toEqual(['B', 'a/', 'a-b', 'a.b/', 'a.b/ﬀ', 'a.b/😀', 'a/c/', 'a/c/x'])
  expect(new Set(members.map(member => member.mtime))).toEqual(new Set([fixedMtime]))
})

test('a missing parent is made as it is below, one that is given stays', async () => {
  const below: Below = { links: new Set(), directories: new Map([['tmp', { mode: 0o1777, owner: 7 }]]) }
  const tree: Tree = [file('tmp/x'), file('srv/x'), { kind: 'directory', path: 'root', mode: 0o700, owner: 3 }]
  const members = await Array.fromAsync(readTar(stream(await tarOf(tree, below))))
  const modes = members.filter(m => m.type === 'directory').map(m => [m.path, m.mode, m.uid, m.gid])
  expect(modes).toEqual([
    ['root/', 0o700, 3, 3],
    ['srv/', 0o755, 0, 0],
    ['tmp/', 0o1777, 7, 7],
  ])
})

test('ustar is enough for what fits it, and only then', async () => {
  const plain = await tarOf([file(`${'d'.repeat(99)}/${'f'.repeat(100)}`, 'x', { owner: 0o7777777 })])
  expect(plain.length).toBe(512 * (1 + 1 + 1 + 2))
  const long = await tarOf([file('f'.repeat(101))])
  expect(long.subarray(156, 157).toString()).toBe('x')
  expect(long.subarray(512, 800).toString()).toContain(`111 path=${'f'.repeat(101)}\n`)
  // A record's length counts its own digits, so around 100 it grows by two at once.
  for (let n = 80; n < 100; n += 1) {
    const target = `ü${'t'.repeat(n)}`
    const [member] = await Array.fromAsync(readTar(stream(await tarOf([{ kind: 'link', path: 'l', target }]))))
    expect(member?.link).toBe(target)
  }
})

test('set-user-ID never enters a layer', async () => {
  const [member] = await Array.fromAsync(readTar(stream(await tarOf([file('su', '', { mode: 0o4755 })]))))
  expect(member?.mode).toBe(0o755)
})

const refused: readonly [string, string, Tree][] = [
  ['duplicate-path', 'twice the same', [file('a'), file('a', 'b')]],
  ['path-through-link', 'through a link', [{ kind: 'link', path: 'bin', target: 'usr/bin' }, file('bin/x')]],
  ['path-through-link', 'through a file', [file('a'), file('a/b/c')]],
  ['whiteout-name', 'a deletion mark', [file('a/.wh.b')]],
  ['whiteout-name', 'a directory that looks like one', [file('.wh..wh..opq/x')]],
  ...[
    '/etc/x',
    '../x',
    'a/../b',
    'a//b',
    'a/',
    './a',
    '',
    '.',
    'a\nb',
    'a\0b',
    '\u001B[31m',
    'a\uD800',
    'x'.repeat(256),
  ].map(path => ['unsafe-path', JSON.stringify(path.slice(0, 20)), [file(path)]] as [string, string, Tree]),
  ['unsafe-path', 'deeper than a path may be', [file('d/'.repeat(2500) + 'x')]],
  ['unsafe-path', 'a link to nowhere nameable', [{ kind: 'link', path: 'l', target: 'a\0b' }]],
]

test.each(refused)('%s: %s', (code, _, tree) => {
  expect(() => shapeOf(tree)).toThrow(expect.objectContaining({ code }))
})

test('names that only look dangerous are kept', () => {
  expect(() =>
    shapeOf([file('..a'), file('a..'), file('a\\b'), file('-rf'), file('wh.x'), file('$(id)')]),
  ).not.toThrow()
})

test('a damaged archive is read or refused, never anything else', async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(anyTree(), damage, fc.nat(), async (tree, changes, cut) => {
      const tar = await tarOf(tree)
      for (const [at, byte] of changes) tar[at % tar.length] = byte
      const read = Array.fromAsync(readSafely(stream(tar.subarray(0, tar.length - (cut % 600)))))
      await expect(read.catch(error => (error instanceof TarError ? [] : Promise.reject(error)))).resolves.toBeDefined()
    }),
  )
})
