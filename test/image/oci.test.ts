import { createReadStream } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCache, type Cache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import type { Entry, Tree } from '../../src/model/tree.ts'
import { readBlob } from '../../src/oci/blob.ts'
import { assemble, makeLayers, readArchive, readLayout, unpackLayers, viewImage } from '../../src/oci/index.ts'
import { surveyLayers, writeArchive, writeLayout, type ImageView } from '../../src/oci/index.ts'
import { inflate } from '../../src/oci/inflate.ts'
import { apt } from '../support/apt.ts'
import { addedByDocker, differences, factsOfDirectory, factsOfTar, factsOfTrees } from '../support/compare-tree.ts'
import { startDockerd, type Dockerd } from '../support/dockerd.ts'

/** Images judged by those who did not make them: umoci, skopeo, GNU tar and Docker. */

let root: string
let cache: Cache
let view: ImageView
let layout: string
let archive: string
let engine: Dockerd

const text = (path: string, content: string, rest: Partial<Entry> = {}): Entry =>
  ({
    kind: 'file',
    path,
    mode: 0o644,
    size: Buffer.byteLength(content),
    bytes: { data: Buffer.from(content) },
    ...rest,
  }) as Entry

/** Two layers that overlap, on a base whose /bin is a link, with a program that needs nothing else. */
function trees(): readonly [Tree, Tree] {
  const busybox: Entry = {
    kind: 'file',
    path: 'usr/bin/busybox',
    mode: 0o755,
    size: 0,
    bytes: { file: '/bin/busybox' },
  }
  const base: Tree = [
    busybox,
    { kind: 'link', path: 'bin', target: 'usr/bin' },
    { kind: 'link', path: 'usr/bin/sh', target: 'busybox' },
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { kind: 'directory', path: 'etc', mode: 0o755 },
    text('etc/config', 'base', { mode: 0o600 }),
    text(`usr/share/${'long/'.repeat(40)}file`, 'deep'),
    text('usr/share/Főtanúsítvány 日本.crt', 'names'),
    text('usr/share/large-owner', '', { owner: 3_000_000 }),
    { kind: 'link', path: 'usr/share/to', target: `../${'x'.repeat(150)}/ü` },
  ]
  const app: Tree = [
    text('etc/config', 'app'),
    text('app/main.py', 'print("hello")\n', { owner: 10001 }),
    { kind: 'directory', path: 'app', mode: 0o750, owner: 10001 },
    text('tmp/left', 'x'),
  ]
  return [base, app]
}

beforeAll(async () => {
  await apt('umoci', 'skopeo', 'busybox-static')
  root = await mkdtemp(join(tmpdir(), 'wherry-judges-'))
  cache = openCache(join(root, 'cache'))
  const size = (await stat('/bin/busybox')).size
  const sized = trees().map(tree => tree.map(e => (e.path === 'usr/bin/busybox' ? ({ ...e, size } as Entry) : e)))
  const parts = sized.map((tree, index) => ({ what: ['base', 'app code'][index] ?? '', tree }))
  const { layers } = await makeLayers(parts, { cache })
  const image = assemble(layers, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    user: '10001:10001',
    env: { GREETING: 'good day', PATH: '/usr/bin' },
    entrypoint: ['/bin/sh', '-c'],
    command: ['echo "$GREETING"; id -u; pwd; cat /etc/config'],
    workingDirectory: '/app',
    labels: { 'org.opencontainers.image.revision': 'abc' },
    created: '2026-03-02T00:00:00Z',
  })
  view = viewImage(image, cache)
  layout = join(root, 'layout')
  archive = join(root, 'image.tar')
  await writeLayout(view, layout, { name: 'shop:3' })
  await writeArchive(view, archive, { name: 'shop:3' })
  engine = await startDockerd()
})
afterAll(async () => {
  await engine?.stop()
  await rm(root, { recursive: true, force: true })
})

async function run(argv: [string, ...string[]], env?: Record<string, string>): Promise<string> {
  const result = await exec(
    argv,
    env === undefined ? {} : { env: { ...(process.env as Record<string, string>), ...env } },
  )
  expect({ argv, code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({
    argv,
    code: 0,
    stderr: '',
  })
  return result.stdout
}

/** The intended tree: parents of app files that exist below keep what they have there. */
async function meant() {
  const [base, app] = trees()
  const facts = await factsOfTrees([base, app])
  return new Map(facts)
}

test('umoci unpacks what was meant, owners included', async () => {
  const bundle = join(root, 'bundle')
  await run(['umoci', 'unpack', '--image', `${layout}:3`, bundle])
  expect(differences(await meant(), await factsOfDirectory(join(bundle, 'rootfs')))).toEqual([])
  const config = JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8'))
  expect(config.process).toMatchObject({ user: { uid: 10001, gid: 10001 }, cwd: '/app' })
})

test('skopeo copies the layout with its digest, and reads the archive as Docker would', async () => {
  await run(['skopeo', 'copy', '--preserve-digests', `oci:${layout}:3`, `dir:${join(root, 'dir')}`])
  expect(JSON.parse(await run(['skopeo', 'inspect', `oci:${layout}:3`])).Digest).toBe(view.image.digest)
  await run(['skopeo', 'copy', `oci-archive:${archive}`, `oci:${join(root, 'from-archive')}:3`])
  expect(JSON.parse(await run(['skopeo', 'inspect', `oci:${join(root, 'from-archive')}:3`])).Digest).toBe(
    view.image.digest,
  )
  await run(['skopeo', 'copy', `docker-archive:${archive}`, `dir:${join(root, 'docker-dir')}`])
  const copied = JSON.parse(await readFile(join(root, 'docker-dir', 'manifest.json'), 'utf8'))
  expect(copied.config.digest).toBe(view.image.configDigest)
})

test('GNU tar lists a layer as it was meant, and complains of nothing', async () => {
  const tar = join(root, 'layer.tar')
  await writeFile(tar, inflate(readBlob(cache, view.image.layers[0]!)))
  const listed = await exec(
    ['tar', '--utc', '--full-time', '--numeric-owner', '--quoting-style=literal', '-tvf', tar],
    {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
    },
  )
  expect([listed.code, listed.stderr]).toEqual([0, ''])
  const lines = listed.stdout.split('\n').map(line => line.replace(/ +/g, ' '))
  expect(lines).toContain('drwxrwxrwt 0/0 0 1980-01-01 00:00:00 tmp/')
  expect(lines).toContain('lrwxrwxrwx 0/0 0 1980-01-01 00:00:00 bin -> usr/bin')
  expect(lines).toContain('-rw-r--r-- 0/0 5 1980-01-01 00:00:00 usr/share/Főtanúsítvány 日本.crt')
  expect(lines).toContain('-rw-r--r-- 3000000/3000000 0 1980-01-01 00:00:00 usr/share/large-owner')
})

test('Python reads a layer, and may zip every file of it', async () => {
  const script = `
import sys, tarfile, io, zipfile
with tarfile.open(sys.argv[1]) as tar, zipfile.ZipFile(io.BytesIO(), 'w') as out:
    tar.extractall(sys.argv[2], filter='tar') if hasattr(tarfile, 'data_filter') else tar.extractall(sys.argv[2])
    for m in tar:
        if m.isfile(): out.write(sys.argv[2] + '/' + m.name)
    print(len(tar.getnames()))`
  const names = await run(['python3', '-c', script, join(root, 'layer.tar'), join(root, 'extracted')])
  expect(Number(names)).toBeGreaterThan(40)
})

test('Docker loads the archive, runs it as the user, and exports what was meant', async () => {
  const loaded = await engine.docker(['load', '--input', archive])
  expect([loaded.code, loaded.stdout.trim(), loaded.stderr]).toEqual([0, 'Loaded image: shop:3', ''])
  const [seen] = JSON.parse((await engine.docker(['image', 'inspect', 'shop:3'])).stdout)
  expect([seen.Id, seen.RootFS.Layers]).toEqual([view.image.configDigest, view.image.layers.map(layer => layer.diffId)])
  const ran = await engine.docker(['run', '--network', 'none', '--name', 'one', 'shop:3'])
  expect([ran.stdout, ran.stderr]).toEqual(['good day\n10001\n/app\napp', ''])
  const file = join(root, 'export.tar')
  await engine.docker(['export', '--output', file, 'one'])
  const exported = await factsOfTar(createReadStream(file))
  expect(differences(await meant(), exported, addedByDocker)).toEqual([])
})

test('without a name Docker knows the image by its digest', async () => {
  const file = join(root, 'nameless.tar')
  await writeArchive(view, file)
  const other = await startDockerd({ storage: 'vfs' })
  try {
    const loaded = await other.docker(['load', '--input', file])
    expect([loaded.code, loaded.stdout.trim()]).toEqual([0, `Loaded image ID: ${view.image.configDigest}`])
  } finally {
    await other.stop()
  }
})

test('an image that umoci and skopeo wrote is read, with what it deletes', async () => {
  const foreign = join(root, 'foreign')
  await cp(layout, foreign, { recursive: true })
  const bundle = join(root, 'changed')
  await run(['umoci', 'unpack', '--image', `${foreign}:3`, bundle])
  await rm(join(bundle, 'rootfs', 'usr/share'), { recursive: true })
  await mkdir(join(bundle, 'rootfs', 'srv'))
  await chmod(join(bundle, 'rootfs', 'srv'), 0o711)
  await writeFile(join(bundle, 'rootfs', 'srv', 'new'), 'new')
  await run(['umoci', 'repack', '--image', `${foreign}:4`, bundle])
  const file = join(root, 'foreign.tar')
  await run(['skopeo', 'copy', `oci:${foreign}:4`, `oci-archive:${file}:shop:4`])
  const read = await readArchive(file, { cache })
  expect(read.image.layers).toHaveLength(3)
  expect((await readLayout(foreign, { name: '4' })).image.layers).toEqual(read.image.layers)
  const unpacked = await unpackLayers(read.image.layers, { cache })
  const judged = await factsOfDirectory(join(bundle, 'rootfs'), { owners: false })
  expect(differences(judged, await factsOfDirectory(unpacked, { owners: false }))).toEqual([])
  await expect(unpackLayers(read.image.layers.slice(2), { cache })).rejects.toMatchObject({ code: 'unsupported-image' })
  const below = await surveyLayers(read.image.layers, { cache })
  expect([...below.links].sort()).toEqual(['bin', 'usr/bin/sh'])
  expect(below.directories.get('srv')).toEqual({ mode: 0o711, owner: 0 })
})

test('an archive that `docker save` made is no layout before Docker 25, and says so', async () => {
  const file = join(root, 'saved.tar')
  await engine.docker(['save', '--output', file, 'shop:3'])
  await expect(readArchive(file, { cache })).rejects.toMatchObject({ code: 'damaged-image' })
})
