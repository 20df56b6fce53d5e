import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tarOf, type MadeEntry } from '../../test/support/debian-archive.ts'
import { anyTree } from '../../test/support/random-tree.ts'
import { differences, factsOfDirectory, factsOfTrees } from '../../test/support/compare-tree.ts'
import { openCache, type Cache } from '../kit/cache.ts'
import { TarError } from '../kit/tar-error.ts'
import type { Entry, Tree } from '../model/tree.ts'
import { readBlob } from './blob.ts'
import { digestOf } from './digest.ts'
import { identifyCompressor } from './gzip.ts'
import { readSafely } from './layer-read.ts'
import { makeLayers } from './layer.ts'
import { surveyLayers } from './survey.ts'
import { fixedMtime } from './tar-write.ts'
import { unpackLayers } from './unpack.ts'

let root: string
let cache: Cache
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-oci-'))
  cache = openCache(join(root, 'cache'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const file = (path: string, text = '', mode = 0o644): Entry => ({
  kind: 'file',
  path,
  mode,
  size: Buffer.byteLength(text),
  bytes: { data: Buffer.from(text) },
})

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

test('names with a slash in front, as Kaniko and others write them, are places below the root', async () => {
  const members: readonly MadeEntry[] = [
    { path: '/', type: '5', mode: 0o755 },
    { path: '/usr/', type: '5', mode: 0o755 },
    { path: '/usr/a', body: 'text' },
    { path: '//usr/b', type: '1', link: '/usr/a' },
  ]
  const read = await Array.fromAsync(readSafely(stream(tarOf(members))), ({ path, link }) => [path, link])
  expect(read).toEqual([
    ['', ''],
    ['usr', ''],
    ['usr/a', ''],
    ['usr/b', 'usr/a'],
  ])
  await expect(Array.fromAsync(readSafely(stream(tarOf([{ path: '/../etc/x', body: '' }]))))).rejects.toThrow(TarError)
})

test('a layer is the gzip of its tar, by a header without time or system', async () => {
  const { layers } = await makeLayers([{ what: 'a file', tree: [file('a', 'text')] }], { cache })
  const [layer] = layers
  const blob = Buffer.concat(await Array.fromAsync(readBlob(cache, layer!)))
  expect(layer).toMatchObject({ digest: digestOf(blob), size: blob.length, what: 'a file' })
  const tar = gunzipSync(blob)
  expect(layer).toMatchObject({ diffId: digestOf(tar), unpackedSize: tar.length })
  expect(blob.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003')
})

test('the bytes are the same as ever', async () => {
  const tree: Tree = [file('app/main.py', 'print("hello")\n'), { kind: 'link', path: 'app/x', target: 'main.py' }]
  const { layers } = await makeLayers([{ what: '', tree }], { cache })
  expect(layers[0]?.diffId).toBe('sha256:21a300f7158b47a82f22aadae41ed914cafe2a2a338c92399576f7242a68dc6f')
  // Only this zlib promises the compressed bytes; another one is reported, not failed.
  if (identifyCompressor().usual)
    expect(layers[0]?.digest).toBe('sha256:9a8c51be639076bf88a28f4b42b14e27237c808c539316936628a470cb57aad2')
})

test('a key spares listing, reading and packing; an unknown one does not', async () => {
  let asked = 0
  const part = (key: string, text: string) => ({
    what: key,
    key,
    tree: () => {
      asked += 1
      return [file('lib/a', text)]
    },
  })
  const first = await makeLayers([part('k1', 'one')], { cache })
  const again = await makeLayers([{ ...part('k1', 'one'), what: 'other words' }], { cache: openCache(cache.root) })
  expect(asked).toBe(1)
  expect(again.layers[0]).toEqual({ ...first.layers[0], what: 'other words' })
  expect(again.below).toEqual(first.below)
  await makeLayers([part('k2', 'two')], { cache })
  expect(asked).toBe(2)
  // A blob that was pruned, or cut short by a crash, is made again.
  await writeFile(join(cache.root, 'oci-blob', first.layers[0]!.digest.slice(7)), 'half')
  const healed = await makeLayers([part('k1', 'one')], { cache })
  expect(asked).toBe(3)
  expect(digestOf(Buffer.concat(await Array.fromAsync(readBlob(cache, healed.layers[0]!))))).toBe(
    first.layers[0]?.digest,
  )
})

test('a layer from the cache still respects what is below it now', async () => {
  const part = { what: '', key: 'k', tree: [file('tmp/x'), file('bin/tool')] }
  const plain = await makeLayers([part], { cache })
  const sticky = { links: new Set<string>(), directories: new Map([['tmp', { mode: 0o1777, owner: 0 }]]) }
  expect((await makeLayers([part], { cache, below: sticky })).layers[0]?.diffId).not.toBe(plain.layers[0]?.diffId)
  const merged = { ...sticky, links: new Set(['bin']) }
  await expect(makeLayers([part], { cache, below: merged })).rejects.toMatchObject({ code: 'path-through-link' })
})

test('a layer hides no link of the layers below it', async () => {
  const base = { what: 'base', tree: [{ kind: 'link', path: 'bin', target: 'usr/bin' } as const, file('usr/bin/sh')] }
  const upon = (entry: Entry) => makeLayers([base, { what: 'app', tree: [entry] }], { cache })
  await expect(upon(file('bin/foo'))).rejects.toMatchObject({ code: 'path-through-link' })
  await expect(upon({ kind: 'directory', path: 'bin', mode: 0o755 })).rejects.toMatchObject({
    code: 'path-through-link',
  })
  await expect(upon(file('usr/bin/foo'))).resolves.toBeDefined()
  await expect(upon({ kind: 'link', path: 'bin', target: 'usr/sbin' })).resolves.toBeDefined()
})

test('the bottom of a foreign image says the same as its trees', async () => {
  const parts = [
    {
      what: '1',
      tree: [{ kind: 'link', path: 'bin', target: 'usr/bin' } as const, file('usr/bin/sh'), file('opt/a/b')],
    },
    { what: '2', tree: [{ kind: 'directory', path: 'opt/a', mode: 0o700, owner: 5 } as const, file('srv/x')] },
  ]
  const { layers, below } = await makeLayers(parts, { cache })
  const surveyed = await surveyLayers(layers, { cache })
  expect([...surveyed.links]).toEqual([...below.links])
  expect(Object.fromEntries(surveyed.directories)).toEqual(Object.fromEntries(below.directories))
})

test('a directory laid out from the tree is the one laid out from the tar', async () => {
  await fc.assert(
    fc.asyncProperty(anyTree(), async tree => {
      const [direct, packed] = [openCache(join(root, randomUUID())), openCache(join(root, randomUUID()))]
      const { layers } = await makeLayers([{ what: '', tree }], { cache: direct, unpack: true })
      await makeLayers([{ what: '', tree }], { cache: packed })
      const a = await factsOfDirectory(await unpackLayers(layers, { cache: direct }), { owners: false })
      const b = await factsOfDirectory(await unpackLayers(layers, { cache: packed }), { owners: false })
      expect(differences(a, b)).toEqual([])
      // Directories stay usable by their owner, whatever their mode in the image; owners are not kept.
      const meant = [...(await factsOfTrees([tree]))].map(([path, fact]) => {
        const mode = fact.kind === 'directory' ? (fact.mode ?? 0) | 0o700 : fact.mode
        return [path, { ...fact, mode, owner: null }] as const
      })
      expect(differences(new Map(meant), a)).toEqual([])
    }),
    { numRuns: 15 },
  )
})

test('an unpacked layer has the times of the image, and can be read and removed by its owner', async () => {
  const tree: Tree = [file('d/secret', 'x', 0), { kind: 'directory', path: 'd', mode: 0o555 }]
  const { layers } = await makeLayers([{ what: '', tree }], { cache, unpack: true })
  const folder = await unpackLayers(layers, { cache })
  const times = await Promise.all(['', 'd', 'd/secret'].map(path => lstat(join(folder, path))))
  expect(times.map(seen => seen.mtimeMs)).toEqual([fixedMtime, fixedMtime, fixedMtime].map(time => time * 1000))
  expect(times.map(seen => seen.mode & 0o777)).toEqual([0o755, 0o755, 0o400])
})

test('a cached file is linked unless its mode, or a time it shares, would have to change', async () => {
  await mkdir(join(cache.root, 'wheel'), { recursive: true })
  const kept = join(cache.root, 'wheel', 'kept')
  const own = join(root, 'own')
  for (const path of [kept, own]) await writeFile(path, 'text', { mode: 0o644 })
  await utimes(own, fixedMtime, fixedMtime)
  const from = (path: string, place: string, mode = 0o644): Entry => ({
    kind: 'file',
    path,
    mode,
    size: 4,
    bytes: { file: place },
  })
  const tree = [from('same', kept), from('executable', kept, 0o755), from('mine', own)]
  const { layers } = await makeLayers([{ what: '', tree }], { cache, unpack: true })
  const folder = await unpackLayers(layers, { cache })
  const inodes = await Promise.all(
    ['same', 'executable', 'mine'].map(async name => (await stat(join(folder, name))).ino),
  )
  expect(inodes[0]).toBe((await stat(kept)).ino)
  expect([(await stat(kept)).ino, (await stat(own)).ino]).not.toContain(inodes[1])
  expect(inodes[2]).not.toBe((await stat(own)).ino)
  expect((await stat(kept)).mode & 0o777).toBe(0o644)

  const later = await makeLayers([{ what: '', tree }], { cache, unpack: true, mtime: fixedMtime + 60 })
  const other = await unpackLayers(later.layers, { cache })
  expect((await stat(join(other, 'same'))).mtimeMs).toBe((fixedMtime + 60) * 1000)
  expect((await stat(join(folder, 'same'))).mtimeMs).toBe(fixedMtime * 1000)
})

test('a file that grew, shrank or is no file is named', async () => {
  const path = join(root, 'f')
  const tree = (size: number): Tree => [{ kind: 'file', path: 'f', mode: 0o644, size, bytes: { file: path } }]
  await writeFile(path, 'text')
  for (const size of [3, 5])
    await expect(makeLayers([{ what: '', key: `${size}`, tree: tree(size) }], { cache })).rejects.toMatchObject({
      code: 'file-changed',
    })
  await rm(path)
  await expect(makeLayers([{ what: '', tree: tree(4) }], { cache })).rejects.toMatchObject({ code: 'file-unreadable' })
  execFileSync('mkfifo', [path])
  await expect(makeLayers([{ what: '', tree: tree(4) }], { cache })).rejects.toMatchObject({ code: 'file-unreadable' })
})

test('names of an archive cannot leave it', async () => {
  const { encodeHeader } = await import('./tar-header.ts')
  const named = (path: string) =>
    encodeHeader({ path, kind: 'file', mode: 0o644, owner: 0, size: 0, target: '', mtime: 0 })
  for (const path of ['/../x', '../x', 'a/../../b', 'x'.repeat(256)])
    await expect(Array.fromAsync(readSafely(stream(named(path))))).rejects.toThrow()
  const clean = await Array.fromAsync(readSafely(stream(Buffer.concat([named('./a//b/./c')]))))
  expect(clean.map(member => member.path)).toEqual(['a/b/c'])
})

test('what a hostile layer does to paths is refused before the disk is touched', async () => {
  const { emptyDirectory, finishSite, layDirectory, layFile, layHardlink, layLink, openSite } =
    await import('./lay-out.ts')
  const site = openSite(join(root, 'site'), fixedMtime)
  layLink(site, 'out', root)
  layLink(site, 'd/again', '../out')
  const refused = expect.objectContaining({ code: 'damaged-image' })
  expect(() => layFile(site, 'out/evil', 0o644)).toThrow(refused)
  expect(() => layDirectory(site, 'd/again/x/y', 0o755)).toThrow(refused)
  expect(() => layHardlink(site, 'stolen', 'out')).toThrow(refused)
  expect(() => layHardlink(site, 'stolen', '../own')).toThrow(refused)
  layFile(site, 'd/own', 0o644).close()
  layFile(site, 'd/old/x', 0o644).close()
  emptyDirectory(site, 'd', new Set(['', 'd', 'd/own']))
  finishSite(site)
  expect([...(await factsOfDirectory(site.root)).keys()].sort()).toEqual(['d', 'd/own', 'out'])
})
