import { cp, link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCache, type Cache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import type { Distribution } from '../../src/model/lock.ts'
import type { Entry, Tree } from '../../src/model/tree.ts'
import { compileTrees, type CompiledTree, type RunPython } from '../../src/python/bytecode/compile.ts'
import { neededLibraries } from '../../src/python/elf/needs.ts'
import { readElf, type ElfSource } from '../../src/python/elf/read.ts'
import { makeAuthorize } from '../../src/python/index/credentials.ts'
import { fetchDistributions } from '../../src/python/index/fetch.ts'
import { readIndexSettings } from '../../src/python/index/settings.ts'
import { findUv, type Uv } from '../../src/python/index/uv.ts'
import { layoutWheel } from '../../src/python/wheel/layout.ts'
import { mergeWheels, type MergedWheels } from '../../src/python/wheel/merge.ts'
import { unpackWheel, type UnpackedWheel } from '../../src/python/wheel/unpack.ts'
import { makeVenv } from '../../src/python/venv/venv.ts'
import type { VenvPlace } from '../../src/python/venv/place.ts'
import { apt } from '../support/apt.ts'
import { differences, factsOfDirectory, factsOfTrees, type Facts } from '../support/compare-tree.ts'
import { writeTree } from '../support/write-tree.ts'

/** Real wheels, laid out by us and by pip and uv; then run. The Python is this machine's own, so the environment lies at a real path. */
const requirements = `
  django djangorestframework flask fastapi uvicorn[standard] gunicorn jinja2 pydantic celery sqlalchemy requests black setuptools
  numpy pillow lxml psycopg2-binary cryptography greenlet whitenoise jmespath google-cloud-storage google-cloud-pubsub`
  .trim()
  .split(/\s+/)
const python = '/usr/bin/python3'

let root: string
let cache: Cache
let uv: Uv
let version: string
let place: VenvPlace
let distributions: readonly Distribution[]
let wheels: readonly UnpackedWheel[]
let merged: MergedWheels
let venv: Tree
let files: readonly string[]

beforeAll(async () => {
  await apt('python3', 'python3-venv', 'python3-pip', 'binutils')
  root = await mkdtemp(join(tmpdir(), 'wheels-'))
  cache = openCache(join(root, 'cache'))
  version = await output([python, '-c', 'import platform; print(platform.python_version())'])
  place = { prefix: join(root, 'venv').slice(1), minor: version.split('.').slice(0, 2).join('.') }
  const settings = await readIndexSettings()
  uv = await findUv({ cache, settings, env: { ...process.env, PATH: '' } })
  distributions = await resolve()
  const paths = await fetchDistributions(distributions, { cache, authorize: makeAuthorize(settings) })
  files = await Promise.all(
    paths.map(async (path, n) => {
      const named = join(root, distributions[n]?.file ?? '')
      await link(path, named)
      return named
    }),
  )
  wheels = await Promise.all(
    distributions.map(({ file, sha256 }, n) => unpackWheel({ path: paths[n] ?? '', file, sha256 }, cache)),
  )
  merged = await mergeWheels(
    await Promise.all(wheels.map(async wheel => ({ name: wheel.name, tree: await layoutWheel(wheel, place) }))),
  )
  venv = makeVenv({ executable: await output(['readlink', '-f', python]), version }, place)
  await writeTree([...venv, ...merged.wheels.flatMap(({ tree }) => tree)], '/')
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function output(argv: [string, ...string[]], env?: Record<string, string>): Promise<string> {
  const result = await exec(argv, { timeout: 300_000, ...(env ? { env } : {}) })
  if (result.code !== 0) throw new Error(`${argv.join(' ').slice(0, 300)}: ${result.stderr.slice(-3000)}`)
  return result.stdout.trim()
}

/** pip says which wheels it would install, with addresses and hashes. */
async function resolve(): Promise<Distribution[]> {
  const report = join(root, 'report.json')
  const wanted = ['--only-binary', ':all:', '--ignore-installed', '--break-system-packages', ...requirements]
  await output([python, '-m', 'pip', 'install', '-q', '--dry-run', '--report', report, ...wanted])
  const { install } = JSON.parse(await readFile(report, 'utf8')) as {
    install: {
      metadata: { name: string; version: string }
      download_info: { url: string; archive_info: { hashes: { sha256: string } } }
    }[]
  }
  return install.map(({ metadata, download_info: { url, archive_info } }) => ({
    name: metadata.name,
    version: metadata.version,
    file: decodeURIComponent(basename(new URL(url).pathname)),
    url,
    size: null,
    sha256: archive_info.hashes.sha256,
  }))
}

/** What our environment holds, without the environment's own files and without what installers write their own way. */
async function factsOfOurs(): Promise<Facts> {
  const inside = (entry: Entry): Entry => ({ ...entry, path: entry.path.slice(place.prefix.length + 1) })
  return factsOfTrees(merged.wheels.map(({ tree }) => tree.map(inside)))
}

/** Documented differences: the files of the environment itself, who installed and from where, RECORD and the scripts. */
function foreign(scripts: readonly string[]): RegExp {
  const own = String.raw`pyvenv\.cfg|\.gitignore|\.lock|CACHEDIR\.TAG|lib64|bin/(?:[Aa]ctivate.*|deactivate.*|pydoc.bat|python.*)`
  const info = String.raw`.*\.dist-info/(?:INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|RECORD)`
  const escaped = scripts.map(name => name.replace(/[.+]/g, String.raw`\$&`)).join('|')
  return new RegExp(`^(?:${own}|${info}|bin/(?:${escaped}))$`)
}

async function compare(reference: string): Promise<readonly string[]> {
  const ours = await factsOfOurs()
  const theirs = await factsOfDirectory(reference)
  const plain = (facts: Facts): Facts =>
    new Map(
      [...facts]
        .filter(([, { kind }]) => kind !== 'directory')
        .map(([path, fact]) => [path, { ...fact, owner: null, mode: (fact.mode ?? 0) & 0o111 ? 0o755 : 0o644 }]),
    )
  const generated = wheels.flatMap(wheel => wheel.scripts.map(({ name }) => name))
  const filled = wheels.flatMap(wheel => wheel.files.filter(({ asks }) => asks).map(({ path }) => basename(path)))
  const scripts = [...generated, ...filled]
  const lines = scripts
    .filter(name => ((theirs.get(`bin/${name}`)?.mode ?? 0) & 0o111) === 0)
    .map(name => `script ${name}`)
  // Of scripts that ask for an interpreter only the first line may differ: it names the environment.
  for (const name of filled)
    if (
      (await afterFirstLine(join('/', place.prefix, 'bin', name))) !==
      (await afterFirstLine(join(reference, 'bin', name)))
    )
      lines.push(`rest of ${name}`)
  return [...lines, ...differences(plain(ours), plain(theirs), foreign(scripts))]
}

async function afterFirstLine(file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  return text.slice(text.indexOf('\n'))
}

describe('placed as others place them', () => {
  test('file by file as pip', async () => {
    const reference = join(root, 'pip')
    await output([python, '-m', 'venv', '--without-pip', reference])
    const into = ['--python', join(reference, 'bin/python'), 'install', '-q', '--no-deps', '--no-index', '--no-compile']
    await output([python, '-m', 'pip', ...into, ...files])
    expect(wheels.some(({ files }) => files.some(({ asks }) => asks))).toBe(true)
    expect(await compare(reference)).toEqual([])
    // Our RECORD lists what pip's does, bytecode, scripts and pip's own files aside.
    for (const { distInfo } of wheels) {
      const record = join('lib', `python${place.minor}`, 'site-packages', distInfo, 'RECORD')
      const [ours, theirs] = await Promise.all([rows(join('/', place.prefix, record)), rows(join(reference, record))])
      expect(ours).toEqual(theirs)
    }
  })

  test('file by file as uv', async () => {
    const reference = join(root, 'uv')
    const env = { ...uv.env, PATH: process.env['PATH'] ?? '', UV_CACHE_DIR: join(root, 'uv-cache') }
    await output([uv.path, 'venv', '-q', '--python', python, reference], env)
    const into = ['--python', join(reference, 'bin/python'), '--no-deps', '--no-index', '--link-mode', 'copy']
    await output([uv.path, 'pip', 'install', '-q', ...into, ...files], env)
    expect(await compare(reference)).toEqual([])
  })
})

async function rows(record: string): Promise<string[]> {
  const text = await readFile(record, 'utf8')
  const own = /^[^,]*(?:\.pyc|INSTALLER|REQUESTED|direct_url\.json),|^\.\.\/\.\.\/\.\.\/bin\//
  return text
    .split(/\r?\n/)
    .filter(line => line !== '' && !own.test(line))
    .sort()
}

describe('it runs', () => {
  const bin = (name: string): string => join('/', place.prefix, 'bin', name)

  test('as a virtual environment', async () => {
    const question = 'import sys, site; print(sys.prefix, sys.prefix != sys.base_prefix, site.getsitepackages()[0])'
    const site = `/${place.prefix}/lib/python${place.minor}/site-packages`
    expect(await output([bin('python'), '-c', question])).toBe(`/${place.prefix} True ${site}`)
  })

  test('every module that has no conditions imports', async () => {
    const modules =
      'django flask fastapi uvicorn gunicorn jinja2 pydantic numpy PIL._imaging lxml.etree psycopg2 cryptography.fernet'
    const more =
      'celery sqlalchemy greenlet requests google.cloud.storage google.cloud.pubsub whitenoise uvloop httptools black'
    const names = `${modules} ${more}`.split(' ').join(', ')
    expect(await output([bin('python'), '-B', '-c', `import ${names}; print("yes")`])).toBe('yes')
  })

  test('every distribution is known by its metadata', async () => {
    const question =
      'import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))'
    const known = JSON.parse(await output([bin('python'), '-B', '-c', question])) as Record<string, string>
    expect(known).toEqual(Object.fromEntries(wheels.map(({ name, version }) => [name, version])))
  })

  test.each([
    ['django-admin', '--version'],
    ['flask', '--version'],
    ['gunicorn', '--version'],
    ['uvicorn', '--version'],
    ['jp.py', '--help'],
    ['black', '--version'],
  ])('console script %s', async (script, argument) => {
    expect(await output([bin(script), argument], { PYTHONDONTWRITEBYTECODE: '1', PATH: '/usr/bin:/bin' })).not.toBe('')
  })
})

test('shared objects are read as readelf reads them', async () => {
  const tree = merged.wheels.flatMap(({ tree }) => tree)
  const shared = tree.flatMap(entry =>
    entry.kind === 'file' && 'file' in entry.bytes && /\.so(?:\.|$)/.test(entry.path) ? [entry.bytes.file] : [],
  )
  expect(shared.length).toBeGreaterThan(30)
  for (const file of shared) {
    const elf = readElf(await inMemory(file))
    const dynamic = await output(['readelf', '-dW', file])
    const all = (tag: string): string[] =>
      [...dynamic.matchAll(new RegExp(`\\(${tag}\\)[^[]*\\[(.*)\\]`, 'g'))].map(([, name = '']) => name)
    expect(elf.needed).toEqual(all('NEEDED'))
    expect(elf.soname).toBe(all('SONAME')[0] ?? null)
    expect(elf.runpath.join(':')).toBe(all('RUNPATH')[0] ?? all('RPATH')[0] ?? '')
    const asked = [...(await output(['readelf', '-VW', file])).matchAll(/Name: GLIBC_([\d.]+) /g)].map(
      ([, v = '']) => v,
    )
    const order = (v: string): number => v.split('.').reduce((sum, part, n) => sum + Number(part) / 1000 ** n, 0)
    expect(elf.glibc).toBe(asked.sort((a, b) => order(b) - order(a))[0] ?? null)
  }
  const needs = neededLibraries(tree, process.arch === 'arm64' ? 'aarch64' : 'x86-64')
  expect(needs.unreadable).toEqual([])
  expect(needs.foreign).toEqual([])
  expect(needs.libraries.map(({ soname }) => soname)).toContain('libstdc++.so.6')
  // Every library that is left is one of the system's: what auditwheel bundles has a hash in its name.
  expect(needs.libraries.filter(({ soname }) => /-[0-9a-f]{8}\./.test(soname))).toEqual([])
})

async function inMemory(file: string): Promise<ElfSource> {
  const data = await readFile(file)
  return { size: data.length, read: (offset, length) => data.subarray(offset, offset + length) }
}

describe('bytecode', () => {
  /** Runs the interpreter here instead of in a sandbox: places that only a sandbox has become this machine's. */
  const runHere =
    (interpreter: string, environment: Record<string, string> = {}, jobs = ''): RunPython =>
    async ({ args, env, mounts, stdin }) => {
      const here = (text: string): string =>
        mounts.reduce((text, { source, target }) => text.replaceAll(target, source), text)
      const input = `${jobs}${here(await stdin)}`
      const own = { ...environment, ...env }
      const result = await exec([interpreter, ...args.map(here)], { input, timeout: 500_000, env: own })
      if (result.code !== 0) throw new Error(result.stderr)
      return result.stdout
    }

  async function compile(tree: Tree, run: RunPython): Promise<CompiledTree> {
    const own = openCache(await mkdtemp(join(root, 'bytecode-')))
    const [compiled] = await compileTrees([{ tree, key: 'test' }], { cache: own, python: version }, run)
    if (!compiled) throw new Error('one tree gives one')
    return compiled
  }
  const facts = async ({ tree }: CompiledTree): Promise<Facts> => factsOfTrees([tree])

  /** The standard library, and packages large enough to meet what compilers trip over. */
  async function sources(): Promise<Tree> {
    const found = await factsOfDirectory(`/usr/lib/python${place.minor}`)
    const library = [...found].flatMap(([path, { kind, size }]): Entry[] =>
      kind === 'file' && path.endsWith('.py')
        ? [
            {
              kind,
              path: `usr/lib/python${place.minor}/${path}`,
              mode: 0o644,
              size,
              bytes: { file: `/usr/lib/python${place.minor}/${path}` },
            },
          ]
        : [],
    )
    const some = new Set(['numpy', 'SQLAlchemy', 'Django', 'Jinja2'])
    return [...library, ...merged.wheels.filter(({ name }) => some.has(name)).flatMap(({ tree }) => tree)]
  }

  test('has the same bytes in any order, on any number of processors, whatever the environment', async () => {
    const tree = await sources()
    const plain = await compile(tree, runHere(python))
    expect(plain.tree.length).toBeGreaterThan(2000)
    const first = await facts(plain)
    const odd = { PYTHONHASHSEED: '77', HOME: '/nonexistent', PYTHONVERBOSE: '', LANG: 'C', ODD: 'abstractmethod' }
    const other = await compile(tree.toReversed(), runHere(python, odd, '5'))
    expect(differences(first, await facts(other))).toEqual([])
    // Part of it alone: what else is compiled does not matter.
    const part = tree.filter(({ path }) => path.includes('/email/'))
    for (const [path, fact] of await facts(await compile(part, runHere(python, {}, '1'))))
      expect(fact).toEqual(first.get(path))
  })

  test('has the same bytes after files that leave something behind in the interpreter', async () => {
    const sources: Readonly<Record<string, string>> = {
      // Interns a letter for good, which is then a constant elsewhere.
      'star.py': 'from os import *\n',
      'letters.py': 'x = ["*", "=", "\\n", "\\xe9"]\n',
      // Loads a module, whose nested names are then known.
      'coding.py': '# coding: cp1252\nx = 1\n',
      'nested.py': 'class IncrementalEncoder:\n class encode: pass\n',
      'again.py': 'class IncrementalEncoder:\n class encode: pass\nx = {"a", "b c", 1, None}\n',
      'deep.py': `x = ${'-'.repeat(3_000_000)}1\n`,
    }
    const tree = Object.entries(sources).map(([path, text]): Entry => {
      const data = Buffer.from(text)
      return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
    })
    const each: CompiledTree[] = []
    for (const entry of tree) each.push(await compile([entry], runHere(python, {}, '1')))
    const alone = await factsOfTrees(each.map(compiled => compiled.tree))
    expect([...alone.keys()].filter(path => path.endsWith('.pyc'))).toHaveLength(5)
    for (const order of [tree, tree.toReversed()])
      expect(differences(alone, await facts(await compile(order, runHere(python, {}, '1'))))).toEqual([])
  })

  test('has the same bytes from an interpreter whose own library has no bytecode', async () => {
    const bare = join(root, 'bare')
    await mkdir(join(bare, 'bin'), { recursive: true })
    await cp(await output(['readlink', '-f', python]), join(bare, 'bin/python3'))
    await cp(`/usr/lib/python${place.minor}`, join(bare, `lib/python${place.minor}`), {
      recursive: true,
      filter: path => basename(path) !== '__pycache__',
    })
    expect(await output([join(bare, 'bin/python3'), '-B', '-c', 'import os; print(os.__file__)'])).toContain(bare)
    const tree = (await sources()).filter(({ path }) => path.startsWith('usr/'))
    const [ours, theirs] = [
      await compile(tree, runHere(python)),
      await compile(tree, runHere(join(bare, 'bin/python3'))),
    ]
    expect(differences(await facts(ours), await facts(theirs))).toEqual([])
  })

  test('is what Python then loads, and it never looks at the source again', async () => {
    const whole = merged.wheels.flatMap(({ tree }) => tree)
    const { tree } = await compile(whole, runHere(python))
    await writeTree(tree, '/')
    const module = join('/', place.prefix, `lib/python${place.minor}/site-packages/flask/globals.py`)
    await writeFile(module, 'raise SystemExit("the source was read")\n')
    const question =
      'import flask.globals as g; print(g.__cached__, g.request.__class__.__name__, flask.Flask.__init__.__code__.co_filename)'
    const bin = join('/', place.prefix, 'bin/python')
    const answer = await output([bin, '-c', `import flask; ${question}`])
    const site = `/${place.prefix}/lib/python${place.minor}/site-packages/flask`
    expect(answer).toContain(`${site}/__pycache__/globals.`)
    expect(answer).toContain(`${site}/app.py`)
    const before = await factsOfDirectory(site)
    await output([bin, '-c', 'import flask, django, sqlalchemy'])
    expect(differences(before, await factsOfDirectory(site))).toEqual([])
  })

  test('names sources that do not compile and goes on', async () => {
    const bad: Readonly<Record<string, string | Uint8Array>> = {
      'py2.py': 'print "x"\n',
      'template.py': '{{ project }} = 1\n',
      'nul.py': 'x = 1\n\0',
      'deep.py': `x = ${'-'.repeat(3_000_000)}1\n`,
      'encoding.py': '# coding: nonsense\n',
      'binary.py': Uint8Array.of(0xff, 0xfe, 0x00),
    }
    const fine = {
      'empty.py': '',
      'latin.py': Buffer.from('# coding: latin-1\nx = "\xe9"\n', 'latin1'),
      'ünï.py': 'x = 1\n',
    }
    const tree = Object.entries({ ...bad, ...fine }).map(([path, content]): Entry => {
      const data = Buffer.from(content as string)
      return { kind: 'file', path: `app/${path}`, mode: 0o644, size: data.length, bytes: { data } }
    })
    const compiled = await compile(tree, runHere(python))
    expect(compiled.skipped.map(({ path }) => path)).toEqual(
      Object.keys(bad)
        .map(path => `app/${path}`)
        .sort(),
    )
    expect(compiled.tree.map(({ path }) => path.replace(/\.cpython-\d+/, ''))).toEqual([
      'app/__pycache__/empty.pyc',
      'app/__pycache__/latin.pyc',
      'app/__pycache__/ünï.pyc',
    ])
  })
})
