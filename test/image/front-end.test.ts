import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { makeImageOf, sharedCache, startApp, unfinished } from '../support/image-place.ts'
import { addFiles, commit, makeRepository, removeRepository, type Files } from '../support/repository.ts'

/** Front-ends built for real: Node.js, npm and esbuild from the machine's own registry, in the sandbox. */

const made: string[] = []
afterEach(() => rmSync(join(sharedCache, 'front-end'), { recursive: true, force: true }))
afterAll(() => {
  for (const root of made) removeRepository(root)
})

const esbuild = {
  version: '0.25.12',
  integrity: 'sha512-bbPBYYrtZbkt6Os6FiTLCTFxvq4tt3JKall1vRwshA3fdVztsLAatFaZobhkBC8/BrPetoa0oksYoKXoG4ryJg==',
}
const programs = {
  x64: 'sha512-uqZMTLr/zR/ed4jIGnwSLkaHmPjOjJvnm6TVVitAa08SLS9Z0VM8wIRx7gWbJB5/J54YuIMInDquWyYvQLZkgw==',
  arm64: 'sha512-8bwX7a8FghIgrupcxb4aUmYDLp8pX06rGh5HqDT7bB+8Rdells6mHvrFHHW2JAOPZUbnjUpKTLg6ECyzvas2AQ==',
}

/** What npm writes, without the addresses it may write. */
function lockFile(integrity = esbuild.integrity): string {
  const optional = Object.entries(programs).map(([cpu, hash]) => [
    `node_modules/@esbuild/linux-${cpu}`,
    {
      version: esbuild.version,
      integrity: hash,
      cpu: [cpu],
      os: ['linux'],
      dev: true,
      optional: true,
      engines: { node: '>=18' },
    },
  ])
  const own = {
    version: esbuild.version,
    integrity,
    dev: true,
    hasInstallScript: true,
    bin: { esbuild: 'bin/esbuild' },
    engines: { node: '>=18' },
    optionalDependencies: Object.fromEntries(
      Object.keys(programs).map(cpu => [`@esbuild/linux-${cpu}`, esbuild.version]),
    ),
  }
  const root = {
    name: 'pages',
    version: '1.0.0',
    hasInstallScript: true,
    devDependencies: { esbuild: esbuild.version },
  }
  const packages = { '': root, ...Object.fromEntries(optional), 'node_modules/esbuild': own }
  return JSON.stringify({ name: 'pages', version: '1.0.0', lockfileVersion: 3, requires: true, packages }, null, 2)
}

/** Says what code of the front-end finds around it. */
const probe = `
const { writeFileSync, mkdirSync } = require('node:fs')
const { networkInterfaces } = require('node:os')
mkdirSync('../notes/static/dist', { recursive: true })
let root = 'read-only'
try { writeFileSync('/opt/node/bin/node', ''); root = 'writable' } catch {}
writeFileSync('../notes/static/dist/probe.json', JSON.stringify({
  uid: process.getuid(), root, env: process.env, networks: Object.keys(networkInterfaces()),
}))
`

function files(build = 'esbuild src/main.js --bundle --minify --outdir=../notes/static/dist'): Files {
  const manifest = {
    name: 'pages',
    version: '1.0.0',
    scripts: { postinstall: 'node probe.js', build },
    engines: { node: '>=20' },
    devDependencies: { esbuild: esbuild.version },
  }
  return {
    'wherry.toml': 'name = "notes"\n',
    'requirements.txt': 'flask==3.1.2\n',
    'notes/__init__.py':
      'from flask import Flask\napp = Flask(__name__)\n\n@app.get("/")\ndef index():\n    return open(app.static_folder + "/dist/main.js").read()\n',
    'notes/static/.gitkeep': '',
    '.gitignore': 'dist/\nnode_modules/\n',
    'ui/package.json': JSON.stringify(manifest),
    'ui/package-lock.json': lockFile(),
    'ui/probe.js': probe,
    'ui/src/main.js': 'import { answer } from "./answer.js"\ndocument.title = `built ${answer}`\n',
    'ui/src/answer.js': 'export const answer = 6 * 7\n',
  }
}

function repository(given: Files): string {
  const root = makeRepository(given)
  made.push(root)
  commit(root, '2026-11-20T00:00:00Z')
  return root
}

const paths = (layers: readonly string[]): string[] =>
  layers.flatMap(layer => readdirSync(layer, { recursive: true, encoding: 'utf8' }))

test('the output is served, Node.js and node_modules stay outside, and the same files give the same digest', async () => {
  const root = repository(files())
  const home = mkdtempSync(join(tmpdir(), 'npmrc-'))
  writeFileSync(join(home, 'npmrc'), '//registry.example/:_authToken=npm-secret-of-this-machine\n')
  process.env['npm_config_userconfig'] = join(home, 'npmrc')
  try {
    const first = await makeImageOf(root)
    const app = await startApp(first.made)
    expect((await app.ask('GET', '/')).body).toContain('42')
    expect((await app.ask('GET', '/static/dist/main.js')).status).toBe(200)
    await app.stop()

    const all = paths(first.made.layers)
    expect(all.filter(path => /node_modules|(?:^|\/)node$|front_end\.py/.test(path))).toEqual([])
    const written = first.made.layers.map(layer => join(layer, 'app/notes/static/dist/probe.json')).find(existsSync)
    const text = readFileSync(written ?? '', 'utf8')
    const seen = JSON.parse(text) as Record<string, unknown>
    expect(seen).toMatchObject({ uid: 10_001, root: 'read-only', networks: ['lo'] })
    expect(text).not.toContain('npm-secret')

    const again = repository({ ...files(), 'wherry.lock': readFileSync(join(root, 'wherry.lock')) })
    rmSync(join(sharedCache, 'front-end'), { recursive: true })
    const second = await makeImageOf(again)
    expect(second.made.image.digest).toBe(first.made.image.digest)
    expect(second.told).toContain('building ui')
  } finally {
    delete process.env['npm_config_userconfig']
    rmSync(home, { recursive: true })
  }
})

test('only a change of its own files builds it anew', async () => {
  const root = repository(files())
  await makeImageOf(root)
  addFiles(root, { 'notes/other.py': 'x = 1\n' })
  expect((await makeImageOf(root)).told).not.toContain('building ui')
  addFiles(root, { 'ui/src/answer.js': 'export const answer = "anew"\n' })
  const changed = await makeImageOf(root)
  expect(changed.told).toContain('building ui')
  const app = await startApp(changed.made)
  expect((await app.ask('GET', '/')).body).toContain('anew')
  await app.stop()
})

test('a build that fails says its last lines; one that leaves nothing, and a wrong hash, are named', async () => {
  const failing = repository(files('node -e "console.error(\'no such colour\'); process.exit(7)" ../notes/static/dist'))
  await expect(makeImageOf(failing)).rejects.toMatchObject({
    code: 'front-end-failed',
    evidence: expect.arrayContaining([{ text: expect.stringContaining('no such colour') }]),
  })
  const asked = '[[front-end]]\ndirectory = "ui"\noutputs = ["notes/static/other"]\n'
  await expect(makeImageOf(repository({ ...files(), 'wherry.toml': asked }))).rejects.toMatchObject({
    code: 'front-end-left-nothing',
  })
  const wrong = repository({ ...files(), 'ui/package-lock.json': lockFile(`sha512-${'A'.repeat(86)}==`) })
  await expect(makeImageOf(wrong)).rejects.toMatchObject({ code: 'npm-wrong-integrity' })
  expect(await unfinished(sharedCache)).toEqual([])
})

test('what cannot be pinned is refused before anything is fetched', async () => {
  const { 'ui/package-lock.json': _, ...unlocked } = files()
  await expect(makeImageOf(repository(unlocked))).rejects.toMatchObject({ code: 'front-end-unsupported' })
  const bun = repository({ ...unlocked, 'ui/bun.lock': '{}' })
  await expect(makeImageOf(bun)).rejects.toMatchObject({
    code: 'front-end-unsupported',
    why: expect.stringContaining('Bun'),
  })
})
