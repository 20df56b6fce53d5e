import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { architectures, ownArchitecture } from '../../src/kit/architecture.ts'
import { openCache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import { viewImage, writeLayout } from '../../src/oci/index.ts'
import { openAccount } from '../../src/steps/image/account/index.ts'
import type { Made } from '../../src/ship/values.ts'
import { image } from '../../src/ship.ts'
import { apt, unpackDebian } from '../support/apt.ts'
import { sharedCache } from '../support/image-place.ts'
import { makeSdist } from '../support/make-sdist.ts'
import { addFiles, commit } from '../support/repository.ts'

/**
 * Images for the architecture this machine is not of, before those who know: skopeo and umoci take them, every ELF file in them is of that
 * architecture, and qemu lets their own Python load the app, which is the proof that no machine at hand can give.
 */

const other = architectures.find(each => each !== ownArchitecture) ?? 'arm64'
const platform = `linux/${other}` as const
/** e_machine of the ELF header (System V ABI), and qemu's and wheels' word for it. */
const machine = { amd64: { elf: 62, name: 'x86_64' }, arm64: { elf: 183, name: 'aarch64' } }[other]

let root: string
let qemu: string

beforeAll(async () => {
  await apt('umoci', 'skopeo')
  root = mkdtempSync(join(tmpdir(), 'wherry-other-platform-'))
  // Unpacked, not installed: its installation would register it with the kernel, and whatever runs by mistake would run.
  await unpackDebian('bookworm', ['qemu-user-static'], join(root, 'qemu'))
  qemu = join(root, 'qemu/usr/bin', `qemu-${machine.name}-static`)
  process.env['WHERRY_CACHE'] = sharedCache
})
afterAll(() => {
  delete process.env['WHERRY_CACHE']
  rmSync(root, { recursive: true, force: true })
})

function example(name: string): string {
  const directory = join(root, name)
  cpSync(resolve(import.meta.dirname, '../../examples', name), directory, { recursive: true })
  rmSync(join(directory, 'expect.json'))
  commit(directory, '2026-11-20T00:00:00Z')
  return directory
}

const quiet = { report: () => {} }
const make = (directory: string, cache = sharedCache): Promise<Made> => {
  process.env['WHERRY_CACHE'] = cache
  return image(directory, { ...quiet, platform }).finally(() => (process.env['WHERRY_CACHE'] = sharedCache))
}

async function run(argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, { timeout: 120_000 })
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** Unpacked by umoci, with qemu beside it. */
async function unpack({ made }: Made, name: string): Promise<string> {
  const [layout, bundle] = [join(root, `${name}-layout`), join(root, `${name}-bundle`)]
  await writeLayout(viewImage(made.image, openCache(sharedCache)), layout, { name: `${name}:1` })
  const told = JSON.parse(await run(['skopeo', 'inspect', `oci:${layout}:1`])) as object
  expect(told).toMatchObject({ Architecture: other, Os: 'linux', Digest: made.image.digest })
  await run(['umoci', 'unpack', '--image', `${layout}:1`, bundle])
  await copyFile(qemu, join(bundle, 'rootfs/qemu'))
  await run(['chmod', '755', join(bundle, 'rootfs/qemu')])
  return join(bundle, 'rootfs')
}

/** Runs the image's own Python, on its own files. */
function python(rootfs: string, env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<string> {
  const settings = Object.entries(env).flatMap(([name, value]) => ['-E', `${name}=${value}`])
  return run(['chroot', rootfs, '/qemu', ...settings, '/venv/bin/python', ...words])
}

/** The machines of all ELF files. */
async function machinesIn(rootfs: string): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>()
  for (const entry of await readdir(rootfs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || join(entry.parentPath, entry.name) === join(rootfs, 'qemu')) continue
    const file = await open(join(entry.parentPath, entry.name))
    const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0).finally(() => file.close())
    if (buffer.toString('latin1', 0, 4) !== '\u007FELF') continue
    found.set(buffer.readUInt16LE(18), (found.get(buffer.readUInt16LE(18)) ?? 0) + 1)
  }
  return found
}

test('an app with a data place: proved in its twin, loaded by its own Python, the same when made again', async () => {
  const directory = example('flask-notes')
  const plain = await image(directory, quiet)
  const named = await image(directory, { ...quiet, platform: `linux/${ownArchitecture}` })
  expect(named.made.image.digest).toBe(plain.made.image.digest)
  const own = readFileSync(join(directory, 'wherry.lock'), 'utf8')

  const first = await make(directory)
  expect(first.made.twin).toEqual({ platform: `linux/${ownArchitecture}`, digest: plain.made.image.digest })
  expect(first.made.lock.data).toEqual(plain.made.lock.data)
  const versions = ({ made: { lock } }: Made) => lock.wheels.map(({ name, version }) => `${name}==${version}`)
  expect(versions(first)).toEqual(versions(plain))
  const both = readFileSync(join(directory, 'wherry.lock'), 'utf8')
  const platforms = (text: string): object => (JSON.parse(text) as { platforms: object }).platforms
  expect(platforms(both)).toMatchObject(platforms(own))
  expect((await image(directory, quiet)).made.image.digest).toBe(plain.made.image.digest)
  expect(readFileSync(join(directory, 'wherry.lock'), 'utf8')).toBe(both)

  const rootfs = await unpack(first, 'notes')
  expect([...(await machinesIn(rootfs)).keys()]).toEqual([machine.elf])
  await mkdir(join(rootfs, 'answers'))
  const proof = { SECRET_KEY: 'x', WHERRY_LAUNCH: '/wherry/launch.json', WHERRY_PROOF: '/answers/loaded.json' }
  await python(rootfs, proof, '/wherry/launcher/app/wherry_entry.py')
  expect(JSON.parse(readFileSync(join(rootfs, 'answers/loaded.json'), 'utf8'))).toEqual({ ok: true })

  const { plan, made, detected } = first
  const wanted = { ...detected.packages, directory: '.' }
  const subject = { plan, made, wanted, checkout: detected.checkout, libraries: [] }
  const statement = await (await openAccount(subject, openCache(sharedCache))).provenance(null)
  const twin = { digest: { sha256: plain.made.image.digest.replace('sha256:', '') }, annotations: { role: 'twin' } }
  expect(JSON.parse(statement)).toMatchObject({
    predicate: { buildDefinition: { resolvedDependencies: expect.arrayContaining([expect.objectContaining(twin)]) } },
  })
})

/** What the image's bytecode says, against what its own Python makes of the same sources. */
const compare = `
import importlib.util, marshal, numpy, sys
print(numpy.ones(3).sum())
for name in sys.argv[1:]:
    spec = importlib.util.find_spec(name)
    with open(spec.cached, 'rb') as file:
        held = marshal.loads(file.read()[16:])
    with open(spec.origin, 'rb') as file:
        own = compile(file.read(), held.co_filename, 'exec', dont_inherit=True)
    assert held.co_filename == spec.origin and held == own, name
    print(name)
`

test('a library the wheels need is of that platform, bytecode is what its own Python would write', async () => {
  const rootfs = await unpack(await make(example('numpy-service')), 'numpy')
  expect([...(await machinesIn(rootfs)).keys()]).toEqual([machine.elf])
  await writeFile(join(rootfs, 'compare.py'), compare)
  const modules = ['json.decoder', 'dataclasses', 'numpy._core.numeric']
  expect((await python(rootfs, {}, '/compare.py', ...modules)).trim().split('\n')).toEqual(['3.0', ...modules])
})

const flask = 'from flask import Flask\n\napp = Flask(__name__)\n'

test('pure Python offered as source is built here; a cache that holds nothing but downloads gives the same digest', async () => {
  const directory = join(root, 'pure')
  await mkdir(directory)
  addFiles(directory, { 'app.py': flask, 'requirements.txt': 'flask==3.1.2\ndocopt==0.6.2\n' })
  const first = await make(directory)
  expect(first.made.lock.sdists).toMatchObject([{ name: 'docopt', build: { packages: null } }])
  const cache = join(root, 'cache')
  await mkdir(cache)
  const downloads = (await readdir(sharedCache)).filter(kind => /^(?:deb-\d+|wheel|sdist)$/.test(kind))
  for (const kind of downloads) await run(['cp', '-al', join(sharedCache, kind), join(cache, kind)])
  expect((await make(directory, cache)).made.image.digest).toBe(first.made.image.digest)
})

test('what must be compiled for that platform is refused by name', async () => {
  const setup =
    'from setuptools import Extension, setup\nsetup(name="own", version="1.5", ext_modules=[Extension("own", ["own.c"])])\n'
  const module = '#include <Python.h>\nPyMODINIT_FUNC PyInit_own(void) { return PyModule_New("own"); }\n'
  const directory = join(root, 'compiled')
  await mkdir(directory)
  addFiles(directory, {
    'app.py': flask,
    'requirements.txt': 'flask==3.1.2\n./vendor/own-1.5.tar.gz\n',
    'wherry.toml': 'python = "3.13"\n',
    'vendor/own-1.5.tar.gz': makeSdist('own', '1.5', { 'setup.py': setup, 'own.c': module }),
  })
  const refused = { code: 'cannot-compile-for-platform', what: expect.stringContaining(platform) }
  await expect(make(directory)).rejects.toMatchObject(refused)
})
