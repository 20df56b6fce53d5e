import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { openCache, type Cache } from '../../src/kit/cache.ts'
import { openCheckout } from '../../src/kit/checkout/index.ts'
import type { Lock } from '../../src/model/lock.ts'
import { makeLayers } from '../../src/oci/index.ts'
import { baseParts, bottomOf } from '../../src/steps/image/base.ts'
import { buildSdists } from '../../src/steps/image/build/sdists.ts'
import { openInside } from '../../src/steps/image/inside.ts'
import { makeSdist } from '../support/make-sdist.ts'
import { makeImageOf, sharedCache, startApp, type RunningApp } from '../support/image-place.ts'
import { addFiles, commit, makeRepository, removeRepository, type Files } from '../support/repository.ts'

/** Distributions without a wheel: compiled by a real compiler, in the sandbox, into what a real app imports. */

const places: string[] = []
const running: RunningApp[] = []
afterEach(async () => {
  for (const app of running.splice(0)) await app.stop()
})
afterAll(() => places.forEach(removeRepository))

function repository(files: Files): string {
  const root = makeRepository(files)
  places.push(root)
  commit(root, '2026-11-20T00:00:00Z')
  return root
}

async function answerOf(
  root: string,
): Promise<{ readonly body: string; readonly lock: Lock; readonly layers: readonly string[] }> {
  const { made } = await makeImageOf(root)
  const app = await startApp(made)
  running.push(app)
  const { status, body } = await app.ask('GET', '/')
  expect(status, body).toBe(200)
  return { body, lock: made.lock, layers: made.layers }
}

function page(imports: string, expression: string): string {
  return `${imports}\nfrom flask import Flask\napp = Flask(__name__)\n\n@app.get("/")\ndef index():\n    return str(${expression})\n`
}

/** An sdist with one C module that includes `header`; its build script looks for what a build must not find. */
function sdistOf(header: string, library: string, call: string): Buffer {
  return makeSdist('own', '1.5', {
    'setup.py': `import os, socket
from setuptools import Extension, setup
assert os.getuid() != 0, "root"
assert not [name for name in os.environ if "INDEX" in name or name.startswith(("UV_", "PIP_"))], "settings of the index"
try:
    socket.create_connection(("127.0.0.1", 8123), 1)
    raise SystemExit("a network")
except OSError:
    pass
setup(name="own", version="1.5", ext_modules=[Extension("own", ["own.c"], libraries=["${library}"])])
`,
    'own.c': `#include <Python.h>
#include <${header}>
static PyObject *ask(PyObject *self, PyObject *args) { return PyUnicode_FromString(${call}); }
static PyMethodDef methods[] = {{"ask", ask, METH_NOARGS, __FILE__ " " __DATE__}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "own", 0, -1, methods};
PyMODINIT_FUNC PyInit_own(void) { return PyModule_Create(&module); }
`,
  })
}

/** The shared cache, but for what is built from source: that is made anew. */
function withoutBuilt(root: string): Cache {
  const [shared, fresh] = [openCache(sharedCache), openCache(root)]
  const cacheOf = (kind: string): Cache => (kind === 'built-wheel' ? fresh : shared)
  return {
    ...shared,
    entry: (kind, key, produce) => cacheOf(kind).entry(kind, key, produce),
    find: (kind, key) => cacheOf(kind).find(kind, key),
  }
}

async function buildAgain(lock: Lock, root: string): Promise<string[]> {
  const place = mkdtempSync(join(tmpdir(), 'wherry-built-'))
  places.push(place)
  const tools = { cache: withoutBuilt(place), report: () => {} }
  const { layers } = await makeLayers([bottomOf(baseParts(lock.base, tools))], { cache: tools.cache, unpack: true })
  const minor = lock.python.split('.').slice(0, 2).join('.')
  const builder = {
    checkout: await openCheckout(root),
    place: { prefix: 'venv', minor },
    inside: await openInside(layers, tools),
    base: lock.base,
    compiler: lock.compiler,
    purely: null,
  }
  const wheels = await buildSdists(lock.sdists, builder, tools)
  return wheels.map(({ sha256 }) => sha256)
}

test('a C module of the repository’s own: the header it lacks is found, the library it links with is in the image, the compiler is not', async () => {
  const root = repository({
    'requirements.txt': 'flask==3.1.2\n./vendor/own-1.5.tar.gz\n',
    'vendor/own-1.5.tar.gz': sdistOf('snappy-c.h', 'snappy', 'snappy_max_compressed_length(1) > 1 ? "linked" : ""'),
    'app.py': page('import own', 'own.ask() + " " + own.ask.__doc__'),
  })
  const { body, lock, layers } = await answerOf(root)
  // A place and a time of the build in it would differ from machine to machine.
  expect(body).toBe('linked own.c Jan  1 1980')
  const names = lock.sdists[0]?.build.packages?.map(({ name }) => name)
  expect(names).toContain('libsnappy-dev')
  expect(lock.sdists[0]?.url).toBe('file:///vendor/own-1.5.tar.gz')
  expect(lock.systemLibraries.map(({ soname }) => soname)).toContain('libsnappy.so.1')
  expect(lock.compiler.map(({ name }) => name)).toContain('gcc')
  expect(layers.filter(layer => existsSync(join(layer, 'usr/bin/gcc')))).toEqual([])
  expect(await buildAgain(lock, root)).toEqual(await buildAgain(lock, root))
})

test('psycopg2, which no index has a wheel of', async () => {
  const root = repository({
    'requirements.txt': 'flask==3.1.2\npsycopg2==2.9.11\n',
    'app.py': page('import psycopg2', 'psycopg2.__libpq_version__ > 100000'),
  })
  const { body, lock } = await answerOf(root)
  expect(body).toBe('True')
  expect(lock.systemLibraries).toContainEqual({ soname: 'libpq.so.5', package: 'libpq5', neededBy: 'psycopg2' })
})

test('what several packages have is left to whoever knows: the error names them, the setting adds one', async () => {
  const root = repository({
    'requirements.txt': 'flask==3.1.2\n./own-1.5.tar.gz\n',
    'own-1.5.tar.gz': sdistOf('curl/curl.h', 'curl', 'curl_version()'),
    'app.py': page('import own', 'own.ask()'),
  })
  await expect(makeImageOf(root)).rejects.toMatchObject({
    code: 'build-needs-package',
    message: expect.stringContaining('curl/curl.h'),
    next: expect.stringContaining('image.build-packages'),
  })
  addFiles(root, { 'wherry.toml': '[image]\nbuild-packages = ["libcurl4-openssl-dev"]\n' })
  expect((await answerOf(root)).body).toMatch(/^libcurl\/.*OpenSSL/)
})

test('a commit of a git repository, by its tag, is settled and recorded', async () => {
  const origin = makeRepository({
    'part/setup.py':
      'from setuptools import setup\nsetup(name="part", py_modules=["part"], use_scm_version={"root": ".."}, setup_requires=["setuptools_scm<9"])\n',
    'part/part.py': 'x = 7\n',
    '.gitattributes': 'part.py export-ignore\n',
  })
  places.push(origin)
  commit(origin, '2026-01-01T00:00:00Z')
  const git = (...args: string[]) => execFileSync('git', ['-C', origin, ...args], { encoding: 'utf8' }).trim()
  git('tag', 'v1.4')
  git('update-server-info')
  const server = createServer((request, response) => {
    const path = join(origin, '.git', (request.url ?? '').split('?')[0]?.replace(/^\/part\.git/, '') ?? '')
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) response.end(readFileSync(path))
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const root = repository({
      'requirements.txt': `flask==3.1.2\npart @ git+http://127.0.0.1:${port}/part.git@v1.4#subdirectory=part\n`,
      'app.py': page('from importlib.metadata import version\nimport part', '(part.x, version("part"))'),
    })
    const { body, lock } = await answerOf(root)
    expect(body).toBe("(7, '1.4')")
    const url = `git+http://127.0.0.1:${port}/part.git@${git('rev-parse', 'HEAD')}#subdirectory=part`
    expect(lock.sdists).toMatchObject([{ name: 'part', version: '1.4', url }])
  } finally {
    server.close()
  }
})
