import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import { parseReference } from '../../src/oci/registry/index.ts'
import { publish } from '../../src/steps/publish/index.ts'
import { pushPythonBase } from '../support/base-image.ts'
import { makeImageOf, sharedCache, startApp } from '../support/image-place.ts'
import { makeRegistryPlace } from '../support/registry-place.ts'
import { crane, startDistribution, type RunningRegistry } from '../support/registries.ts'
import { addFiles, makeRepository } from '../support/repository.ts'

/** An app on a base image of a registry: the image's own layers, its Python, our nginx, packages and launcher on it. */

let registry: RunningRegistry
let root: string
let base: string
/** Its digest. */
let based: string

const app = `import ctypes.util, json, os, pwd, sys
from flask import Flask
app = Flask(__name__)

@app.get('/')
def facts():
    return json.dumps({
        'python': os.path.realpath(sys.executable), 'prefix': sys.prefix, 'base': sys.base_prefix,
        'says': os.environ.get('BASE_SAYS'), 'user': pwd.getpwuid(os.getuid()).pw_name,
        'bytecode': os.path.exists(json.__cached__), 'debian': os.path.exists('/usr/bin/python3'),
        'library': ctypes.util.find_library('ssl'),
    })
`

beforeAll(async () => {
  registry = await startDistribution()
  base = `${registry.host}/library/python:3.13-slim`
  await pushPythonBase(registry.host, 'library/python:3.13-slim')
  based = await digestOf(base)
  root = makeRepository({
    'app.py': app,
    'requirements.txt': 'flask==3.1.2\nmarkupsafe==3.0.2\n',
    'wherry.toml': `[image]\nbase = "${base}"\n`,
  })
})
afterAll(async () => {
  await registry?.stop()
  if (root) await rm(root, { recursive: true, force: true })
})

async function digestOf(reference: string): Promise<string> {
  return (await exec([await crane(), 'digest', '--insecure', reference])).stdout.trim()
}

async function layersOf(reference: string): Promise<string[]> {
  const { stdout } = await exec([await crane(), 'manifest', '--insecure', reference])
  return (JSON.parse(stdout) as { layers: { digest: string }[] }).layers.map(({ digest }) => digest)
}

test('the app runs on the Python of the base, whose layers stay as they are', async () => {
  const { made } = await makeImageOf(root)
  const { lock, image } = made
  expect(image.layers.slice(0, 2).map(({ digest }) => digest)).toEqual(await layersOf(base))
  expect(lock.base).toMatchObject({
    kind: 'image',
    suite: 'trixie',
    name: base,
    reference: `${registry.host}/library/python@${based}`,
    interpreter: { executable: '/usr/local/bin/python3.13', library: '/usr/local/lib/python3.13' },
  })
  expect(image.config.labels['org.opencontainers.image.base.digest']).toBe(based)
  expect(image.config.entrypoint[0]).toBe('/venv/bin/python')
  expect(image.config.env['PATH']).toMatch(/^\/venv\/bin:\/usr\/local\/bin:/)
  const running = await startApp(made)
  try {
    expect(JSON.parse((await running.ask('GET', '/')).body)).toEqual({
      python: '/usr/local/bin/python3.13',
      prefix: '/venv',
      base: '/usr/local',
      says: 'hello',
      user: 'app',
      bytecode: true,
      debian: false,
      library: 'libssl.so.3',
    })
  } finally {
    await running.stop()
  }
  expect(made.layers.filter(layer => existsSync(join(layer, 'usr/sbin/nginx')))).toHaveLength(1)
})

test('published beside its base, nothing of the base is sent; crane finds it whole', async () => {
  const { made } = await makeImageOf(root)
  const told: string[] = []
  const to = parseReference(`${registry.host}/acme/based:1`)
  const options = {
    cache: openCache(sharedCache),
    report: ({ text }: { readonly text: string }) => void told.push(text),
  }
  const { digest } = await publish(made.image, to, options)
  expect(digest).toBe(made.image.digest)
  expect(told.at(-1)).toMatch(/2 taken from another repository/)
  const { code, stderr } = await exec([
    await crane(),
    'validate',
    '--insecure',
    '--remote',
    `${registry.host}/acme/based:1`,
  ])
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('a tag that moves changes nothing that is locked', async () => {
  const before = (await makeImageOf(root)).made.image.digest
  const lock = readFileSync(join(root, 'wherry.lock'), 'utf8')
  const place = await makeRegistryPlace(1000)
  try {
    await place.push(base)
    expect((await makeImageOf(root)).made.image.digest).toBe(before)
    expect(readFileSync(join(root, 'wherry.lock'), 'utf8')).toBe(lock)
    // Resolved anew, what the tag means now is no base for an app.
    await expect(makeImageOf(root, { update: true })).rejects.toMatchObject({ code: 'unsupported-base' })
  } finally {
    await place.remove()
  }
})

test('another Python than the app wants is refused with what to set', async () => {
  const other = `${registry.host}/team/runtime:7`
  await exec([await crane(), 'copy', '--insecure', `${registry.host}/library/python@${based}`, other])
  addFiles(root, { 'wherry.toml': `python = "3.11"\n[image]\nbase = "${other}"\n` })
  await expect(makeImageOf(root)).rejects.toMatchObject({
    code: 'wrong-base-python',
    next: expect.stringContaining('python = "3.13"'),
  })
})
