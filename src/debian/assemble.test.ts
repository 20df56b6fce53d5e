import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openCache } from '../kit/cache.ts'
import type { Entry, Tree } from '../model/tree.ts'
import {
  makeKey,
  sha256,
  serveArchive,
  type MadeArchive,
  type MadePackage,
  type SigningKey,
} from '../../test/support/debian-archive.ts'
import { openArchive, type Archive } from './archive.ts'
import { assembleAddition, assembleBase, assembleCompiler } from './assemble.ts'
import { fetchDebs, type UnpackedDeb } from './fetch-deb.ts'
import { openLibraries } from './libraries.ts'
import { resolve } from './resolve.ts'

let key: SigningKey
let root: string
let made: MadeArchive
beforeAll(async () => void (key = await makeKey()))
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'wherry-base-'))))
afterEach(async () => {
  await made.close()
  await rm(root, { recursive: true })
})

async function archiveOf(packages: readonly MadePackage[], contents = ''): Promise<Archive> {
  made = await serveArchive(packages, key, { contents })
  return openArchive('bookworm', {
    architecture: 'amd64',
    mirrors: { archive: made.archive, security: made.security, checkValidUntil: true, from: 'lock' },
    cache: openCache(root),
    keys: [key.armored],
    now: Date.parse('2024-02-02'),
  })
}

async function debsOf(packages: readonly MadePackage[]): Promise<UnpackedDeb[]> {
  const archive = await archiveOf(packages)
  return fetchDebs(
    resolve(
      archive,
      packages.map(each => each.name),
    ),
    archive,
  )
}

const at = (tree: Tree, path: string): Entry | undefined => tree.find(entry => entry.path === path)

async function textAt(tree: Tree, path: string): Promise<string> {
  const entry = at(tree, path)
  if (entry?.kind !== 'file') throw new Error(`no file ${path}`)
  return 'data' in entry.bytes ? Buffer.from(entry.bytes.data).toString() : readFile(entry.bytes.file, 'utf8')
}

const library = 'lib/x86_64-linux-gnu/liba.so.1'

test('a base: merged /usr, what scripts would have made, records for scanners, no documentation', async () => {
  const tree = await assembleBase(
    await debsOf([
      {
        name: 'base-files',
        entries: [
          { path: './var/run/', type: '5', mode: 0o755 },
          { path: './bin', type: '2', link: 'usr/bin' },
          { path: './tmp/', type: '5', mode: 0o1777 },
          { path: './usr/share/man/', type: '5', mode: 0o755 },
        ],
      },
      {
        name: 'sample',
        fields: { Depends: 'base-files' },
        entries: [
          { path: './bin/', type: '5', mode: 0o755 },
          { path: './bin/tool', body: 'tool', mode: 0o755 },
          { path: `./${library}.0`, body: 'elf' },
          { path: `./${library}`, type: '2', link: 'liba.so.1.0' },
          { path: './usr/share/doc/sample/', type: '5', mode: 0o755 },
          { path: './usr/share/doc/sample/copyright', body: 'by someone' },
          { path: './usr/share/doc/sample/NEWS.gz', body: 'news' },
          { path: './usr/share/man/man1/', type: '5', mode: 0o755 },
          { path: './usr/share/man/man1/tool.1.gz', body: 'manual' },
          { path: './usr/lib/python3/__pycache__/a.pyc', body: 'bytecode' },
          { path: './usr/share/ca-certificates/b.crt', body: 'B\n' },
          { path: './usr/share/ca-certificates/a.crt', body: 'A' },
        ],
      },
    ]),
    'amd64',
  )
  const paths = tree.map(entry => entry.path)
  expect(paths).toEqual(paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  expect(new Set(paths).size).toBe(paths.length)
  expect(await textAt(tree, 'usr/bin/tool')).toBe('tool')
  expect(at(tree, 'bin')).toEqual({ kind: 'link', path: 'bin', target: 'usr/bin' })
  expect(at(tree, 'lib')).toEqual({ kind: 'link', path: 'lib', target: 'usr/lib' })
  expect(paths.filter(path => /^(?:bin|lib)\//.test(path))).toEqual([])
  expect(at(tree, 'var/run')).toEqual({ kind: 'link', path: 'var/run', target: '/run' })
  expect(at(tree, 'tmp')).toMatchObject({ mode: 0o1777 })
  expect(paths.filter(path => /man|NEWS|pycache|ca-certificates\//.test(path))).toEqual([])
  expect(await textAt(tree, 'usr/share/doc/sample/copyright')).toBe('by someone')
  expect(await textAt(tree, 'etc/ssl/certs/ca-certificates.crt')).toBe('A\nB\n')
  expect(await textAt(tree, 'etc/passwd')).toMatch(/^app:x:10001:10001:/m)
  expect(await textAt(tree, 'etc/group')).toMatch(/^root:x:0:\n[^]*\napp:x:10001:\nnogroup:x:65534:\n$/)
  expect(await textAt(tree, 'var/lib/dpkg/status.d/sample')).toMatch(
    /^Package: sample\nStatus: install ok installed\nVersion: 1\n/,
  )
  expect(await textAt(tree, 'etc/ld.so.cache')).toContain('liba.so.1\0/usr/lib/x86_64-linux-gnu/liba.so.1\0')
})

test('an addition repeats nothing of the base but the cache of libraries, and links alternatives', async () => {
  const folder = './usr/lib/x86_64-linux-gnu'
  const [base, extra] = await debsOf([
    { name: 'a', entries: [{ path: `${folder}/liba.so.1`, body: 'a' }] },
    { name: 'b', entries: [{ path: `${folder}/blas/libblas.so.3`, body: 'b' }] },
  ])
  const beneath = await assembleBase([base!], 'amd64')
  const tree = assembleAddition([extra!], [beneath], 'amd64')
  expect(tree.map(entry => entry.path)).toEqual([
    'etc/ld.so.cache',
    'usr/lib/x86_64-linux-gnu/blas/libblas.so.3',
    'usr/lib/x86_64-linux-gnu/libblas.so.3',
    'var/lib/dpkg/status.d/b',
  ])
  const cache = await textAt(tree, 'etc/ld.so.cache')
  expect([cache.includes('liba.so.1'), cache.includes('/usr/lib/x86_64-linux-gnu/libblas.so.3')]).toEqual([true, true])
})

test('where programs are compiled, headers and static libraries stay, and the compiler has its usual names', async () => {
  const [gcc] = await debsOf([
    {
      name: 'gcc',
      entries: [
        { path: './usr/bin/gcc', body: 'x', mode: 0o755 },
        { path: './usr/include/a.h', body: 'a' },
        { path: './usr/lib/gcc/libgcc.a', body: 'a' },
        { path: './usr/share/man/man1/gcc.1.gz', body: 'm' },
      ],
    },
  ])
  const tree = assembleCompiler([gcc!], [], 'amd64')
  const paths = tree.filter(({ kind }) => kind !== 'directory').map(({ path }) => path)
  expect(paths).toEqual([
    'etc/ld.so.cache',
    'usr/bin/cc',
    'usr/bin/gcc',
    'usr/include/a.h',
    'usr/lib/gcc/libgcc.a',
    'var/lib/dpkg/status.d/gcc',
  ])
  expect(at(tree, 'usr/bin/cc')).toMatchObject({ kind: 'link', target: 'gcc' })
})

test('two packages with one file, and a path below a link, are refused', async () => {
  const both = await debsOf([
    { name: 'a', entries: [{ path: './lib/x', body: 'a' }] },
    { name: 'b', entries: [{ path: './usr/lib/x', body: 'b' }] },
  ])
  await expect(assembleBase(both, 'amd64')).rejects.toMatchObject({
    code: 'conflicting-packages',
    what: 'The packages a and b both hold usr/lib/x.',
  })
  await made.close()
  const through = await debsOf([
    { name: 'c', entries: [{ path: './opt', type: '2', link: '/etc' }] },
    { name: 'd', entries: [{ path: './opt/passwd', body: 'root' }] },
  ])
  await expect(assembleBase(through, 'amd64')).rejects.toMatchObject({ code: 'bad-deb' })
})

test('a locked package is found again without an index; one that is gone is named', async () => {
  const archive = await archiveOf([{ name: 'a' }, { name: 'b', pocket: 'security' }, { name: 'c' }])
  const locked = resolve(archive, ['a', 'b', 'c'])
  made.files.delete('/debian/pool/c_1.deb')
  made.files.set('/debian/pool/b_1.deb', made.files.get('/security/pool/b_1.deb')!)
  made.files.delete('/security/pool/b_1.deb')
  made.asked.length = 0
  await fetchDebs(locked.slice(0, 2), archive)
  expect(made.asked.toSorted()).toEqual(['/debian/pool/a_1.deb', '/debian/pool/b_1.deb', '/security/pool/b_1.deb'])
  made.files.clear()
  expect((await fetchDebs(locked.slice(0, 2), archive)).map(deb => deb.package.name)).toEqual(['a', 'b'])
  await expect(fetchDebs(locked, archive)).rejects.toMatchObject({
    code: 'base-package-gone',
    what: expect.stringContaining('c 1'),
  })
})

test('a package whose bytes are not those of the lock is refused', async () => {
  const archive = await archiveOf([{ name: 'a' }])
  const bytes = made.files.get('/debian/pool/a_1.deb')!
  bytes[bytes.length - 1]! ^= 1
  await expect(fetchDebs(resolve(archive, ['a']), archive)).rejects.toMatchObject({ code: 'wrong-hash' })
})

const holders: readonly MadePackage[] = [
  { name: 'libfoo2', version: '2', entries: [{ path: './usr/lib/x86_64-linux-gnu/libfoo.so.2', body: '' }] },
  { name: 'odd', entries: [{ path: './lib/libodd-1.so.3', body: '' }] },
  { name: 'bundle', entries: [{ path: './usr/lib/x86_64-linux-gnu/libfoo.so.2', body: '' }] },
  { name: 'liar', entries: [] },
  { name: 'private', entries: [{ path: './usr/lib/private/libhidden.so.1', body: '' }] },
]
const contents = [
  'usr/lib/x86_64-linux-gnu/libfoo.so.2      libs/bundle,libs/libfoo2',
  'usr/lib/x86_64-linux-gnu/libfoo.so        libdevel/libfoo-dev',
  'lib/libodd-1.so.3                         universe/libs/liar,libs/odd',
  'usr/lib/private/libhidden.so.1            libs/private',
  'usr/share/doc/libfoo.so.2/readme          doc/wrong',
].join('\n')

test('a library is mapped to the package that is named after it and proved to hold it', async () => {
  const libraries = await openLibraries(await archiveOf(holders, contents))
  expect(libraries.candidates('libfoo.so.2')).toEqual(['libfoo2', 'bundle'])
  expect(await libraries.packageHolding('libfoo.so.2')).toBe('libfoo2')
  expect(await libraries.packageHolding('libodd-1.so.3')).toBe('odd')
  expect(await libraries.packageHolding('libhidden.so.1')).toBeNull()
  expect(await libraries.packageHolding('__proto__')).toBeNull()
})

test('an index of contents that is not the signed one only says where to look', async () => {
  const archive = await archiveOf(holders, Array.from({ length: 40 }, (_, i) => sha256(String(i))).join('\n'))
  const { gzipSync } = await import('node:zlib')
  made.files.set('/debian/dists/bookworm/main/Contents-amd64.gz', gzipSync(contents))
  expect(await (await openLibraries(archive)).packageHolding('libodd-1.so.3')).toBe('odd')
  made.asked.length = 0
  expect(await (await openLibraries(archive)).packageHolding('libodd-1.so.3')).toBe('odd')
  expect(made.asked).toEqual([])
})

test('without any index of contents the names of convention are tried', async () => {
  const archive = await archiveOf(holders, contents)
  made.files.delete('/debian/dists/bookworm/main/Contents-amd64.gz')
  const libraries = await openLibraries(archive)
  expect(await libraries.packageHolding('libfoo.so.2')).toBe('libfoo2')
  expect(await libraries.packageHolding('libodd-1.so.3')).toBeNull()
})
