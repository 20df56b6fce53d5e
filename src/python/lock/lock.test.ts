import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markerEnvironment } from '../marker/environment.ts'
import { readLock } from './read.ts'
import type { Lock } from './lock.ts'
import { selectPackages, wantedBy } from './select.ts'

const hash = 'a'.repeat(64)
const linux = markerEnvironment({ python: '3.13.5', architecture: 'amd64' })
const names = (
  lock: Lock,
  environment = linux,
  wanted = lock.roots?.[0] ? wantedBy(lock.roots[0], environment) : [],
): string[] =>
  selectPackages(lock, { environment, wanted })
    .map(({ name, version }) => `${name} ${version ?? '-'}`)
    .sort()

const uvLock = `version = 1
revision = 3
requires-python = ">=3.11"
[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
  { name = "a", extra = ["x"] },
  { name = "win", marker = "sys_platform == 'win32'" },
  { name = "forked", version = "2.0", source = { registry = "https://host.example/simple" }, marker = "python_full_version >= '3.12'" },
  { name = "forked", version = "1.0", source = { registry = "https://host.example/simple" }, marker = "python_full_version < '3.12'" },
]
[package.optional-dependencies]
prod = [{ name = "server" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[package.metadata]
requires-dist = [{ name = "a", extras = ["x"], specifier = ">=1" }, { name = "server", marker = "extra == 'prod'" }]
[[package]]
name = "a"
version = "1.1"
source = { registry = "https://host.example/simple" }
dependencies = [{ name = "b" }]
sdist = { url = "https://host.example/a-1.1.tar.gz", hash = "sha256:${hash}", size = 10 }
wheels = [{ url = "https://host.example/a-1.1-py3-none-any.whl", hash = "sha256:${hash}", size = 20 }]
[package.optional-dependencies]
x = [{ name = "from-x" }]
y = [{ name = "from-y" }]
${['b', 'from-x', 'from-y', 'win', 'server', 'pytest'].map(name => `[[package]]\nname = "${name}"\nversion = "1"\nsource = { registry = "https://host.example/simple" }\n`).join('')}
[[package]]
name = "forked"
version = "1.0"
source = { registry = "https://host.example/simple" }
resolution-markers = ["python_full_version < '3.12'"]
[[package]]
name = "forked"
version = "2.0"
source = { git = "https://host.example/f.git?subdirectory=sub&rev=main#0123abc" }
resolution-markers = ["python_full_version >= '3.12'"]
`

test('uv.lock: walked from the project, along markers, extras and forks', () => {
  const lock = readLock(uvLock, 'uv.lock')
  expect(names(lock)).toEqual(['a 1.1', 'b 1', 'forked 2.0', 'from-x 1'])
  const other = markerEnvironment({ python: '3.11.2', architecture: 'amd64', extras: ['prod'], groups: ['dev'] })
  expect(names(lock, other)).toEqual(['a 1.1', 'b 1', 'forked 1.0', 'from-x 1', 'pytest 1', 'server 1'])
  expect(lock.requiresPython).toBe('>=3.11')
  expect(lock.roots?.[0]).toMatchObject({
    name: 'shop',
    directory: '.',
    declared: [
      { name: 'a', specifier: '>=1', group: null },
      { name: 'server', specifier: '', group: 'prod' },
    ],
  })
  expect(lock.packages.find(({ name }) => name === 'a')?.files).toEqual([
    { name: 'a-1.1-py3-none-any.whl', url: 'https://host.example/a-1.1-py3-none-any.whl', sha256: hash, size: 20 },
    { name: 'a-1.1.tar.gz', url: 'https://host.example/a-1.1.tar.gz', sha256: hash, size: 10 },
  ])
  expect(lock.packages.find(({ version }) => version === '2.0')?.source).toEqual({
    kind: 'git',
    url: 'https://host.example/f.git',
    commit: '0123abc',
    subdirectory: 'sub',
  })
})

test('poetry.lock 2.1: groups and markers of the lock; optional packages by their extra', () => {
  const lock = readLock(
    `[[package]]
name = "Django"
version = "5.2"
optional = false
python-versions = ">=3.10"
groups = ["main"]
files = [{file = "django-5.2-py3-none-any.whl", hash = "sha256:${hash}"}]
[package.dependencies]
tzdata = {version = "*", markers = "sys_platform == \\"win32\\""}
argon2 = {version = "*", optional = true}
[package.extras]
argon2 = ["argon2 (>=19)"]
[[package]]
name = "tzdata"
version = "1"
optional = false
groups = ["main"]
markers = "sys_platform == 'win32'"
[[package]]
name = "pytest"
version = "8"
optional = false
groups = ["dev"]
[[package]]
name = "argon2"
version = "21"
optional = true
groups = ["main"]
markers = "extra == 'hash'"
[metadata]
lock-version = "2.1"
python-versions = "^3.10"
content-hash = "00"
`,
    'poetry.lock',
  )
  expect(names(lock)).toEqual(['django 5.2'])
  expect(names(lock, markerEnvironment({ python: '3.13.0', architecture: 'amd64', groups: ['dev'] }))).toEqual([
    'django 5.2',
    'pytest 8',
  ])
  const wanted = [{ name: 'django', version: null, extras: ['argon2'], marker: null }]
  const hashed = markerEnvironment({ python: '3.13.0', architecture: 'amd64', extras: ['hash'] })
  expect(names(lock, hashed, wanted)).toEqual(['argon2 21', 'django 5.2'])
})

test('poetry.lock: what an extra brings keeps its platforms', () => {
  const lock = readLock(
    `[[package]]
name = "uvicorn"
version = "0.30"
optional = false
[package.dependencies]
colorama = {version = ">=0.4", optional = true, markers = "sys_platform == 'win32' and extra == 'standard'"}
uvloop = {version = ">=0.14", optional = true, markers = "sys_platform != 'win32' and extra == 'standard'"}
[package.extras]
standard = ["colorama (>=0.4)", "uvloop (>=0.14)", "yaml"]
${['colorama', 'uvloop', 'yaml'].map(name => `[[package]]\nname = "${name}"\nversion = "1"\noptional = false\n`).join('')}[metadata]
lock-version = "2.0"
`,
    'poetry.lock',
  )
  const wanted = (...extras: string[]): string[] =>
    names(lock, linux, [{ name: 'uvicorn', version: null, extras, marker: null }])
  expect(wanted('standard')).toEqual(['uvicorn 0.30', 'uvloop 1', 'yaml 1'])
  expect(wanted()).toEqual(['uvicorn 0.30'])
})

test('poetry.lock 1.1: files in one table at the end, walked from what the manifest wants', () => {
  const lock = readLock(
    `[[package]]
name = "A"
version = "1"
category = "main"
optional = false
python-versions = "*"
[package.dependencies]
b = ">=1"
[[package]]
name = "b"
version = "2"
category = "main"
optional = false
[[package]]
name = "dev"
version = "3"
category = "dev"
optional = false
[metadata]
lock-version = "1.1"
python-versions = "^3.8"
[metadata.files]
A = [{file = "A-1.tar.gz", hash = "sha256:${hash}"}]
b = []
`,
    'poetry.lock',
  )
  expect(names(lock, linux, [{ name: 'a', version: null, extras: [], marker: null }])).toEqual(['a 1', 'b 2'])
  expect(lock.packages[0]?.files).toEqual([{ name: 'A-1.tar.gz', url: null, sha256: hash, size: null }])
})

test('pdm.lock: entries of extras are one package', () => {
  const lock = readLock(
    `[metadata]
groups = ["default", "dev"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:00"
[[metadata.targets]]
requires_python = ">=3.11"
[[package]]
name = "uvicorn"
version = "0.30"
groups = ["default"]
dependencies = ["click>=7", "h11; python_version < \\"3\\""]
files = [{file = "uvicorn-0.30-py3-none-any.whl", hash = "sha256:${hash}"}]
[[package]]
name = "uvicorn"
version = "0.30"
extras = ["standard"]
groups = ["default"]
dependencies = ["uvloop", "uvicorn==0.30"]
[[package]]
name = "pytest"
version = "8"
groups = ["dev"]
marker = "python_version >= '3'"
`,
    'pdm.lock',
  )
  expect(names(lock)).toEqual(['uvicorn 0.30'])
  expect(lock.requiresPython).toBe('>=3.11')
  const [uvicorn] = lock.packages
  expect(uvicorn?.dependencies.map(({ name }) => name)).toEqual(['click', 'h11'])
  expect(uvicorn?.extras.get('standard')?.map(({ name }) => name)).toEqual(['uvloop'])
})

test('Pipfile.lock: sections are groups, hashes have no names', () => {
  const text = JSON.stringify({
    _meta: { hash: { sha256: hash }, requires: { python_version: '3.11' } },
    default: {
      flask: { version: '==3.0', hashes: [`sha256:${hash}`] },
      win: { version: '==1', markers: "sys_platform == 'win32'" },
      own: { git: 'https://host.example/o.git', ref: 'abc' },
    },
    develop: { pytest: { version: '==8' } },
  })
  const lock = readLock(text, 'Pipfile.lock')
  expect(names(lock)).toEqual(['flask 3.0', 'own -'])
  expect(lock).toMatchObject({ contentHash: hash, requiresPython: '==3.11.*' })
  expect(lock.packages[0]?.files).toEqual([{ name: null, url: null, sha256: hash, size: null }])
})

test('pylock.toml: markers over groups and extras', () => {
  const lock = readLock(
    `lock-version = "1.0"
requires-python = ">=3.12"
created-by = "x"
[[packages]]
name = "a"
version = "1"
wheels = [{url = "https://host.example/a-1-py3-none-any.whl", size = 5, hashes = {sha256 = "${hash}"}}]
[[packages]]
name = "d"
version = "2"
marker = "'dev' in dependency_groups"
[[packages]]
name = "v"
[packages.vcs]
type = "git"
url = "https://host.example/v.git"
commit-id = "abc"
`,
    'pylock.toml',
  )
  expect(names(lock)).toEqual(['a 1', 'v -'])
  expect(names(lock, markerEnvironment({ python: '3.12.1', architecture: 'amd64', groups: ['dev'] }))).toEqual([
    'a 1',
    'd 2',
    'v -',
  ])
  expect(lock.packages[0]?.files).toEqual([
    { name: 'a-1-py3-none-any.whl', url: 'https://host.example/a-1-py3-none-any.whl', sha256: hash, size: 5 },
  ])
})

test.each([
  ['uv.lock', 'version = 2', 'invalid-lock'],
  ['uv.lock', 'version = 1\n[[package]]\nversion = "1"', 'invalid-lock'],
  [
    'uv.lock',
    'version = 1\n[[package]]\nname = "a"\ndependencies = [{name = "b", marker = "nonsense"}]',
    'invalid-lock',
  ],
  ['poetry.lock', '<<<<<<< HEAD', 'invalid-toml'],
  ['poetry.lock', '[metadata]\nlock-version = "3.0"', 'invalid-lock'],
  ['pylock.toml', '[[packages]]\nname = "a"', 'invalid-lock'],
  ['Pipfile.lock', '{', 'invalid-lock'],
  ['Pipfile.lock', '[]', 'invalid-lock'],
  ['Pipfile.lock', '{"_meta": {}, "default": {"../x": {}}}', 'invalid-lock'],
])('%s %j is %s', (file, text, code) => {
  expect(() => readLock(text, file)).toThrow(expect.objectContaining({ code }))
})

test('prototype keys are ordinary names, and no JSON harms', () => {
  const lock = readLock('{"_meta": {}, "default": {"constructor": {"version": "==1"}}}', 'Pipfile.lock')
  expect(lock.packages.map(({ name, version }) => [name, version])).toEqual([['constructor', '1']])
  fc.assert(
    fc.property(fc.json(), json => {
      try {
        readLock(json, 'Pipfile.lock')
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-lock' })
      }
    }),
  )
})

test('a circle of dependencies ends', () => {
  const ring = (from: string, to: string): string =>
    `[[package]]\nname = "${from}"\nversion = "1"\nsource = { registry = "x" }\ndependencies = [{ name = "${to}", extra = ["e"] }]\n`
  const lock = readLock(`version = 1\n${ring('a', 'b')}${ring('b', 'a')}`, 'uv.lock')
  expect(names(lock, linux, [{ name: 'a', version: null, extras: [], marker: null }])).toEqual(['a 1', 'b 1'])
})
