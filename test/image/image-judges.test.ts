import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import { viewImage, writeArchive, writeLayout } from '../../src/oci/index.ts'
import type { MadeImage } from '../../src/steps/image/index.ts'
import { apt } from '../support/apt.ts'
import { differences, factsOfDirectory, type Fact } from '../support/compare-tree.ts'
import { startDockerd, type Dockerd } from '../support/dockerd.ts'
import { startPodman } from '../support/podman.ts'
import { makeImageOf, sharedCache } from '../support/image-place.ts'
import { commit } from '../support/repository.ts'

/** A real app's image before those who know: umoci, skopeo, Docker, Podman; and run by Docker as any platform would run it. */

let root: string
let made: MadeImage
let layout: string
let archive: string
let engine: Dockerd

beforeAll(async () => {
  await apt('umoci', 'skopeo', 'podman')
  root = await mkdtemp(join(tmpdir(), 'wherry-image-judges-'))
  const directory = join(root, 'flask-notes')
  cpSync(resolve(import.meta.dirname, '../../examples/flask-notes'), directory, { recursive: true })
  rmSync(join(directory, 'expect.json'))
  commit(directory, new Date().toISOString())
  made = (await makeImageOf(directory)).made
  const view = viewImage(made.image, openCache(sharedCache))
  layout = join(root, 'layout')
  archive = join(root, 'image.tar')
  await writeLayout(view, layout, { name: 'notes:1' })
  await writeArchive(view, archive, { name: 'notes:1' })
  engine = await startDockerd()
})
afterAll(async () => {
  await engine?.stop()
  await rm(root, { recursive: true, force: true })
})

async function run(argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, { timeout: 300_000 })
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** The unpacked layers as one tree: later ones replace earlier ones. */
async function meant(): Promise<ReadonlyMap<string, Fact>> {
  const facts = new Map<string, Fact>()
  for (const layer of made.layers)
    for (const [path, fact] of await factsOfDirectory(layer, { owners: false })) facts.set(path, fact)
  return facts
}

test('umoci unpacks what the layers hold; nothing is writable by everybody or raises rights', async () => {
  const bundle = join(root, 'bundle')
  await run(['umoci', 'unpack', '--image', `${layout}:1`, bundle])
  const found = await factsOfDirectory(join(bundle, 'rootfs'))
  expect(differences(await meant(), found)).toEqual([])
  const writable = [...found].filter(([, { kind, mode }]) => kind !== 'link' && ((mode ?? 0) & 0o002) !== 0)
  expect(writable.every(([, { kind, mode }]) => kind === 'directory' && ((mode ?? 0) & 0o1000) !== 0)).toBe(true)
  expect([...found].filter(([, { kind, mode }]) => kind === 'file' && ((mode ?? 0) & 0o6000) !== 0)).toEqual([])
  const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as { process: object }
  expect(config.process).toMatchObject({ user: { uid: 10001, gid: 10001 }, cwd: '/app' })
})

test('skopeo keeps the digest, from the layout and from the archive', async () => {
  for (const source of [`oci:${layout}:1`, `oci-archive:${archive}`]) {
    const copy = join(root, source.startsWith('oci-') ? 'from-archive' : 'from-layout')
    await run(['skopeo', 'copy', '--preserve-digests', source, `oci:${copy}:1`])
    expect(JSON.parse(await run(['skopeo', 'inspect', `oci:${copy}:1`]))).toMatchObject({ Digest: made.image.digest })
  }
})

test('Podman loads the archive, and a program of the image runs on a read-only root', async () => {
  const judge = await startPodman()
  try {
    expect(await judge.podman(['load', '--quiet', '--input', archive])).toMatchObject({ code: 0 })
    const [seen] = JSON.parse((await judge.podman(['image', 'inspect', 'notes:1'])).stdout) as { Id: string }[]
    expect(`sha256:${seen?.Id}`).toBe(made.image.configDigest)
    const program = ['run', 'python', '-c', 'import os, flask, notes; print(os.getuid(), os.getcwd())']
    const limits = ['--rm', '--network', 'none', '--read-only', '--cap-drop', 'all', '--volume', '/data']
    expect(await judge.podman(['run', ...limits, 'notes:1', ...program])).toMatchObject({
      code: 0,
      stdout: '10001 /app\n',
    })
  } finally {
    await judge.stop()
  }
})

test('containerd, where Docker keeps its images since version 29, imports and unpacks the archive under its name', async () => {
  const place = ['--address', join(dirname(engine.socket), 'exec/containerd/containerd.sock'), '--namespace', 'judge']
  await run(['ctr', ...place, 'images', 'import', archive])
  const listed = await run(['ctr', ...place, 'images', 'list'])
  expect(listed).toMatch(new RegExp(`^docker\\.io/library/notes:1 .*${made.image.digest}`, 'm'))
  await run(['ctr', ...place, 'images', 'check'])
  await run(['ctr', ...place, 'images', 'remove', 'docker.io/library/notes:1'])
})

test('Docker loads the archive, and the app in it answers at PORT, on a read-only root', async () => {
  const loaded = await engine.docker(['load', '--input', archive])
  expect(loaded).toMatchObject({ code: 0, stdout: 'Loaded image: notes:1\n' })
  const data = join(root, 'data')
  mkdirSync(data)
  chmodSync(data, 0o777)
  const port = await freePort()
  const limits = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
  const settings = ['--env', `PORT=${port}`, '--env', 'WHERRY_HOST=127.0.0.1', '--volume', `${data}:/data`]
  const started = await engine.docker(['run', '--detach', '--network', 'host', ...limits, ...settings, 'notes:1'])
  expect(started).toMatchObject({ code: 0 })
  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
  for (let tries = 0; tries < 200 && !(await ask('/').catch(() => null)); tries += 1) await sleep(100)
  const headers = { 'content-type': 'application/json' }
  expect((await ask('/notes', { method: 'POST', headers, body: '{"text": "buy tea"}' })).status).toBe(201)
  expect(await (await ask('/')).text()).toContain('buy tea')
  expect((await stat(join(data, 'instance/notes.db'))).uid).toBe(10001)
  const stopped = await engine.docker(['stop', '--time', '20', started.stdout.trim()])
  expect(stopped).toMatchObject({ code: 0 })
  const state = await engine.docker(['inspect', '--format', '{{.State.ExitCode}}', started.stdout.trim()])
  expect(state.stdout.trim()).toBe('0')
})

test('a program of the image runs by its name in the environment of the app', async () => {
  const ran = await engine.docker([
    'run',
    '--rm',
    '--network',
    'none',
    'notes:1',
    'run',
    'python',
    '-c',
    'import flask, notes',
  ])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise(done => server.close(done))
  return port
}
