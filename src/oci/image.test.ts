import fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openCache, type Cache } from '../kit/cache.ts'
import type { ImageConfig, Layer } from '../model/image.ts'
import { assemble } from './assemble.ts'
import { digestOf } from './digest.ts'
import { findImage, keepImage } from './keep-image.ts'
import { makeLayers } from './layer.ts'
import { encodeManifest } from './manifest.ts'
import { readArchive } from './read-archive.ts'
import { readLayout } from './read-layout.ts'
import { viewImage, type ImageView } from './view.ts'
import { writeArchive } from './write-archive.ts'
import { writeLayout } from './write-layout.ts'

const config: ImageConfig = {
  architecture: 'amd64',
  user: '10001:10001',
  env: { PATH: '/venv/bin', A: 'b=c' },
  entrypoint: ['/wherry'],
  command: ['web'],
  workingDirectory: '/app',
  labels: { 'org.opencontainers.image.revision': 'abc', own: 'x' },
  created: '2026-03-02T00:00:00Z',
}

let root: string
let cache: Cache
let view: ImageView
let copies = 0
let layout: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-image-'))
  cache = openCache(join(root, 'cache'))
  const file = (path: string, text: string) => {
    const data = Buffer.from(text)
    return { kind: 'file' as const, path, mode: 0o644, size: data.length, bytes: { data } }
  }
  const parts = [
    { what: 'base', tree: [file('etc/a', 'one'), file('zeros', '\0'.repeat(100_000))] },
    { what: 'app code', tree: [file('app/b', 'two')] },
  ]
  view = viewImage(assemble((await makeLayers(parts, { cache })).layers, config), cache)
  await writeLayout(view, join(root, 'layout'), { name: 'shop:3' })
})
afterAll(() => rm(root, { recursive: true, force: true }))
beforeEach(async () => {
  copies += 1
  layout = join(root, `copy-${copies}`)
  await cp(join(root, 'layout'), layout, { recursive: true })
})

const blob = (digest: string): string => join(layout, 'blobs', 'sha256', digest.slice(7))

test('an image is equal in every source, however often it is written', async () => {
  const archive = join(root, 'a.tar')
  await writeArchive(view, archive, { name: 'shop:3' })
  const elsewhere = openCache(join(root, 'elsewhere'))
  for (const read of [await readLayout(layout), await readArchive(archive, { cache: elsewhere })]) {
    expect(read.image).toEqual(view.image)
    expect([digestOf(read.manifest), digestOf(read.config)]).toEqual([view.image.digest, view.image.configDigest])
    await writeArchive(read, join(root, 'b.tar'), { name: 'shop:3' })
    expect((await readFile(join(root, 'b.tar'))).equals(await readFile(archive))).toBe(true)
  }
  expect((await findImage(view.image.digest, elsewhere))?.image).toEqual(view.image)
  expect(await findImage(digestOf('nothing'), elsewhere)).toBeNull()
  expect(await readdir(join(elsewhere.root, 'tmp'))).toEqual([])
})

test('the config says what was meant, once per layer', () => {
  expect(JSON.parse(Buffer.from(view.config).toString())).toEqual({
    architecture: 'amd64',
    os: 'linux',
    created: config.created,
    config: {
      User: '10001:10001',
      Env: ['A=b=c', 'PATH=/venv/bin'],
      Entrypoint: ['/wherry'],
      Cmd: ['web'],
      WorkingDir: '/app',
      Labels: config.labels,
    },
    rootfs: { type: 'layers', diff_ids: view.image.layers.map(layer => layer.diffId) },
    history: ['base', 'app code'].map(what => ({ created: config.created, created_by: what })),
  })
})

test('the two dialects differ in names, not in the config', () => {
  const oci = JSON.parse(Buffer.from(view.manifest).toString())
  const docker = JSON.parse(
    Buffer.from(encodeManifest(view.image.layers, view.config, config.labels, 'docker')).toString(),
  )
  expect(docker.config.digest).toBe(oci.config.digest)
  expect(oci.annotations).toEqual({ 'org.opencontainers.image.revision': 'abc' })
  expect(docker).not.toHaveProperty('annotations')
  expect(docker.layers.map((layer: Layer) => layer.digest)).toEqual(oci.layers.map((layer: Layer) => layer.digest))
})

test('the order of environment and labels makes no other image', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.stringMatching(/^[A-Z_]{1,8}$/),
        fc.string().filter(v => !v.includes('\0')),
      ),
      env => {
        const turned = Object.fromEntries(Object.entries(env).reverse())
        const { layers } = view.image
        expect(assemble(layers, { ...config, env: turned, labels: turned }).digest).toBe(
          assemble(layers, { ...config, env, labels: env }).digest,
        )
      },
    ),
  )
})

test('an image has 1 to 60 layers', () => {
  const [layer] = view.image.layers
  const many = (n: number): Layer[] => Array.from({ length: n }, () => layer!)
  expect(() => assemble(many(60), config)).not.toThrow()
  for (const n of [0, 61])
    expect(() => assemble(many(n), config)).toThrow(expect.objectContaining({ code: 'too-many-layers' }))
})

test.each([
  { user: 'www-data' },
  { user: '0' },
  { workingDirectory: 'app' },
  { workingDirectory: '/proc/self/fd/8' },
  { workingDirectory: '/a/../proc' },
  { workingDirectory: '/a/' },
  { env: { 'A=B': '1' } },
  { env: { '': '1' } },
  { env: { A: '\0' } },
  { entrypoint: ['a\0'] },
  { entrypoint: [], command: [] },
  { created: 'yesterday' },
])('bad-image-config: %j', change => {
  expect(() => assemble(view.image.layers, { ...config, ...change })).toThrow(
    expect.objectContaining({ code: 'bad-image-config' }),
  )
})

test('a sink writes nothing when a blob is not what it should be', async () => {
  const broken: ImageView = {
    ...view,
    async *open() {
      yield Buffer.from('something else')
    },
  }
  const folder = await mkdtemp(join(root, 'out-'))
  const expected = { code: 'damaged-image' }
  await expect(writeArchive(broken, join(folder, 'a.tar'))).rejects.toMatchObject(expected)
  await expect(writeLayout(broken, join(folder, 'layout'))).rejects.toMatchObject(expected)
  await expect(keepImage(broken, openCache(join(root, 'empty')))).rejects.toMatchObject(expected)
  expect(await readdir(folder)).toEqual([])
})

interface Parts {
  readonly config: { architecture?: string; rootfs: { diff_ids: string[] }; history: object[] }
  readonly manifest: { mediaType: string; manifests?: object; config: Descriptor; layers: Descriptor[] }
  readonly index: { layers?: object; manifests: (Descriptor & { platform: { architecture: string } })[] }
  layer: Buffer
}

type Descriptor = { mediaType: string; digest: string; size: number }

/** Replaces a blob and every reference to it above, so that only the meaning is wrong, not a digest. */
async function rewrite(change: (parts: Parts) => void): Promise<void> {
  const parts: Parts = {
    config: JSON.parse(Buffer.from(view.config).toString()),
    manifest: JSON.parse(Buffer.from(view.manifest).toString()),
    index: JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')),
    layer: await readFile(blob(view.image.layers[1]!.digest)),
  }
  change(parts)
  const put = async (descriptor: Descriptor, bytes: Uint8Array | string): Promise<void> => {
    Object.assign(descriptor, { digest: digestOf(bytes), size: Buffer.byteLength(bytes) })
    await writeFile(blob(descriptor.digest), bytes)
  }
  if (parts.manifest.layers?.[1]) await put(parts.manifest.layers[1], parts.layer)
  await put(parts.manifest.config, JSON.stringify(parts.config))
  await put(parts.index.manifests[0]!, JSON.stringify(parts.manifest))
  await writeFile(join(layout, 'index.json'), JSON.stringify(parts.index))
}

test('the tool of the next tests changes nothing by itself', async () => {
  await rewrite(() => {})
  expect((await readLayout(layout)).image.layers).toEqual(view.image.layers)
})

const lies: readonly [string, string, Parameters<typeof rewrite>[0]][] = [
  ['damaged-image', 'a wrong diffId', p => void (p.config.rootfs.diff_ids[1] = digestOf('x'))],
  ['damaged-image', 'fewer diffIds than layers', p => void p.config.rootfs.diff_ids.pop()],
  ['damaged-image', 'more history than layers', p => void p.config.history.push({ created_by: 'x' })],
  ['damaged-image', 'no architecture', p => void delete p.config.architecture],
  ['damaged-image', 'a manifest that is an index, too', p => void (p.manifest.manifests = [])],
  ['damaged-image', 'an index that is a manifest, too', p => void (p.index.layers = [])],
  ['damaged-image', 'a manifest of another type', p => void (p.manifest.mediaType = 'application/json')],
  ['damaged-image', 'no layers', p => void (p.manifest.layers = [])],
  ['damaged-image', 'a raw layer called gzip', p => void (p.layer = gunzipSync(p.layer))],
  ['damaged-image', 'bytes after the gzip', p => void (p.layer = Buffer.concat([p.layer, Buffer.alloc(9)]))],
  ['damaged-image', 'a gzip cut short', p => void (p.layer = p.layer.subarray(0, -9))],
  ['unsupported-image', 'a zstd layer', p => void (p.manifest.layers[1]!.mediaType += '+zstd')],
  ['unsupported-image', 'another processor', p => void (p.config.architecture = 's390x')],
  ['unsupported-image', 'another platform', p => void (p.index.manifests[0]!.platform.architecture = 'arm64')],
  ['unsupported-image', 'an index of nothing', p => void (p.index.manifests[0]!.mediaType = 'application/x')],
  ['image-too-large', 'a bomb', p => void (p.layer = gzipSync(Buffer.alloc(5_000_000)))],
]

test.each(lies)('%s: %s', async (code, _, change) => {
  await rewrite(change)
  await expect(readLayout(layout, { limits: { most: 4_000_000 } })).rejects.toMatchObject({ code })
})

test('growth is judged by proportion as well', async () => {
  await rewrite(p => void (p.layer = gzipSync(Buffer.alloc(3_000_000))))
  const limits = { ratio: 20, free: 1_000_000 }
  await expect(readLayout(layout, { limits })).rejects.toMatchObject({ code: 'image-too-large' })
})

test('a layer of several gzip members is one tar', async () => {
  await rewrite(p => {
    const tar = gunzipSync(p.layer)
    p.layer = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))])
  })
  expect((await readLayout(layout)).image.layers[1]?.diffId).toBe(view.image.layers[1]?.diffId)
})

test('damage on the disk is noticed, and strange files do not block', async () => {
  const digest = view.image.layers[1]!.digest
  const bytes = await readFile(blob(digest))
  const expected = async (code: string): Promise<void> => {
    await expect(readLayout(layout)).rejects.toMatchObject({ code })
    await rm(blob(digest), { force: true })
  }
  bytes[40] = (bytes[40] ?? 0) ^ 1
  await writeFile(blob(digest), bytes)
  await expected('damaged-image')
  await expected('damaged-image')
  execFileSync('mkfifo', [blob(digest)])
  await expected('file-unreadable')
  await symlink('/etc/passwd', blob(digest))
  await expected('file-unreadable')
})

test.each([
  ['a byte order mark', '\uFEFF{}'],
  ['a key given twice', '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
  ['deep nesting', '['.repeat(1_000_000)],
  ['no object', 'null'],
  ['more than fits', ' '.repeat(5_000_000)],
])('an index with %s is refused', async (_, text) => {
  await writeFile(join(layout, 'index.json'), text)
  await expect(readLayout(layout)).rejects.toMatchObject({ code: 'damaged-image' })
})

test('of several images the one that is named is read', async () => {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'))
  const other = {
    ...index.manifests[0],
    digest: digestOf('x'),
    annotations: { 'org.opencontainers.image.ref.name': '4' },
  }
  await writeFile(join(layout, 'index.json'), JSON.stringify({ ...index, manifests: [index.manifests[0], other] }))
  await expect(readLayout(layout)).rejects.toMatchObject({ code: 'unsupported-image' })
  expect((await readLayout(layout, { name: '3' })).image.digest).toBe(view.image.digest)
  expect((await readLayout(layout, { name: 'docker.io/library/shop:3' })).image.digest).toBe(view.image.digest)
})

test('an archive that is none, or is cut short, is refused', async () => {
  const archive = join(root, 'cut.tar')
  await writeArchive(view, archive)
  const bytes = await readFile(archive)
  for (const part of [bytes.subarray(0, 700), bytes.subarray(0, bytes.length - 4000), Buffer.from('no tar at all')]) {
    await writeFile(archive, part)
    await expect(readArchive(archive, { cache })).rejects.toMatchObject({ code: 'damaged-image' })
  }
  await writeFile(archive, gzipSync(bytes))
  await expect(readArchive(archive, { cache })).rejects.toMatchObject({ code: 'damaged-image' })
})

test('a damaged archive is the same image or none', async () => {
  const archive = join(root, 'fuzz.tar')
  await writeArchive(view, archive)
  const good = await readFile(archive)
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(damage, async changes => {
      const bytes = Buffer.from(good)
      for (const [at, byte] of changes) bytes[at] = byte
      await writeFile(archive, bytes)
      const read = await readArchive(archive, { cache }).catch((error: unknown) => error)
      if (read instanceof Error) expect(read.name).toBe('WherryError')
      else expect(read).toMatchObject({ image: { digest: view.image.digest } })
    }),
    { numRuns: 60 },
  )
})
