import { expect, test } from 'vitest'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { formatRequirement } from '../requirement/requirement.ts'
import { readCondaFile } from './conda.ts'
import type { Manifest } from './manifest.ts'
import { readPipfile } from './pipfile.ts'
import { readPyproject } from './pyproject.ts'
import { readSetupCfg } from './setup-cfg.ts'
import { readSetupPy } from './setup-py.ts'

function filesOf(texts: Readonly<Record<string, string>>): ProjectFiles {
  return {
    text: path => texts[path] ?? null,
    has: path => Object.hasOwn(texts, path),
    hasDirectory: path => Object.keys(texts).some(name => name.startsWith(`${path}/`)),
  }
}

function show(requirements: readonly ListedRequirement[] = []): string[] {
  return requirements.map(one => {
    const text = one.name === null ? '?' : formatRequirement({ ...one, name: one.name })
    return `${one.line ?? '-'} ${text}${one.path === null ? '' : ` in ${one.path}`}${one.group === null ? '' : ` (${one.group})`}`
  })
}

const pyproject = (text: string, more: Readonly<Record<string, string>> = {}): Manifest | null =>
  readPyproject('pyproject.toml', filesOf({ 'pyproject.toml': text, ...more }))

test('PEP 621 with extras, groups that include groups, and uv sources', () => {
  const manifest = pyproject(
    `[project]
name = "Shop"
requires-python = ">=3.11"
dependencies = [
  "django>=5",
  "lib",
]
classifiers = ["Programming Language :: Python :: 3.12", "Programming Language :: Python :: 3"]
[project.optional-dependencies]
prod = ["gunicorn"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff", {include-group = "dev"}]
[tool.uv.sources]
lib = { git = "https://host.example/lib", rev = "abc", subdirectory = "py" }
[[tool.uv.index]]
url = "https://host.example/simple"
default = true
`,
  )
  expect(show(manifest?.requirements)).toEqual([
    '5 django>=5',
    '6 lib @ git+https://host.example/lib@abc#subdirectory=py',
    '10 gunicorn (prod)',
    '12 pytest (dev)',
    '13 ruff (dev)',
    '13 ruff (lint)',
    '12 pytest (lint)',
  ])
  expect(manifest).toMatchObject({
    name: 'Shop',
    python: { line: 3, text: 'requires-python = ">=3.11"' },
    classifiers: ['3.12'],
    index: 'https://host.example/simple',
  })
})

test('what a group takes from outside of the repository is asked for by its name', () => {
  const sources = '[tool.uv.sources]\nours = { path = "../ours", editable = true }\n'
  const inGroup = pyproject(`[project]\nname = "a"\n[dependency-groups]\nus = ["ours"]\n${sources}`)
  expect(inGroup?.requirements).toMatchObject([{ name: 'ours', group: 'us', path: null }])
  expect(() => pyproject(`[project]\nname = "a"\ndependencies = ["ours"]\n${sources}`)).toThrow(
    expect.objectContaining({ code: 'requirement-outside' }),
  )
})

test("Poetry's own tables", () => {
  const manifest = pyproject(
    `[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.10"
django = "^4.2"
uvicorn = {extras = ["standard"], version = "~0.30"}
local = {path = "libs/local", develop = true}
pinned = "1.2"
tz = {version = "*", markers = "sys_platform == 'win32'", python = "<3.12"}
redis = {version = ">=5", optional = true}
[tool.poetry.extras]
cache = ["redis"]
[tool.poetry.group.dev.dependencies]
pytest = "*"
`,
    { 'libs/local/setup.py': '' },
  )
  expect(show(manifest?.requirements)).toEqual([
    '5 django>=4.2,<5.0',
    '6 uvicorn[standard]>=0.30,<0.31',
    '7 local in libs/local',
    '8 pinned==1.2',
    "9 tz; sys_platform == 'win32' and python_version < '3.12'",
    '10 redis>=5 (cache)',
    '14 pytest (dev)',
  ])
  expect(manifest?.python).toMatchObject({ line: 4, text: 'python = "^3.10"' })
})

test('dependencies kept in a requirements file, or computed', () => {
  const kept =
    '[project]\nname = "a"\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["requirements.txt"]}'
  expect(pyproject(kept, { 'requirements.txt': '' })).toMatchObject({ includes: ['requirements.txt'], computed: null })
  expect(pyproject('[project]\nname = "a"\ndynamic = ["dependencies"]')?.computed).toMatchObject({ line: 3 })
})

test.each([
  ['[project]\ndependencies = ["a=1"]', 'invalid-requirement', 2],
  ['[project]\ndependencies = [\n"b",\n"a @ file:///etc/a"]', 'requirement-outside', 4],
  ['[tool.poetry.dependencies]\na = {path = "../../a"}', 'requirement-outside', 2],
  ['[tool.poetry.dependencies]\na = "^1 || ^3"', 'invalid-requirement', 2],
  ['[project]\nrequires-python = "three"', 'invalid-requirement', 2],
  ['[project\n', 'invalid-toml', 1],
])('%j is %s', (text, code, line) => {
  expect(() => pyproject(text)).toThrow(
    expect.objectContaining({ code, evidence: [expect.objectContaining({ line })] }),
  )
})

const setupPy = (text: string, more: Readonly<Record<string, string>> = {}): Manifest | null =>
  readSetupPy('setup.py', filesOf({ 'setup.py': text, ...more }))

test('setup.py: literals, names, sums and extras', () => {
  const manifest = setupPy(`import setuptools
base = ["flask>=1", 'sqlalchemy']
base += ["redis"]
extra = {"dev": ["pytest"], ":python_version<'3'": ["enum34"]}
setuptools.setup(
    name="shop",
    python_requires=">=3.8",
    install_requires=base + [
        "celery",
    ],
    extras_require=extra,
)
`)
  expect(show(manifest?.requirements)).toEqual(['2 flask>=1', '2 sqlalchemy', '3 redis', '9 celery', '4 pytest (dev)'])
  expect(manifest).toMatchObject({ name: 'shop', computed: null, python: { line: 7 } })
})

test('setup.py: lists that multiply are computed, not written out', () => {
  const many = (item: string): string => `[${`${item},`.repeat(200)}]`
  const manifest = setupPy(`a = ${many('"x"')}\nb = ${many('*a')}\nc = ${many('*b')}\nsetup(install_requires=c)\n`)
  expect(manifest?.requirements).toEqual([])
  expect(manifest?.computed).toMatchObject({ line: 4 })
})

test('setup.py: keywords of a dict, one string for a list, setup called in a function', () => {
  const manifest = setupPy(
    'args = dict(name="x", install_requires="""\na\nb>=1\n""")\ndef main():\n    setup(**args)\nmain()\n',
  )
  expect(manifest?.requirements.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('setup.py: a program that reads one requirements file is followed, another is named', () => {
  const reading =
    'with open("requirements.txt") as f:\n    reqs = f.read().splitlines()\nsetup(install_requires=reqs)\n'
  expect(setupPy(reading, { 'requirements.txt': 'a' })).toMatchObject({
    includes: ['requirements.txt'],
    computed: null,
  })
  expect(setupPy(reading)).toMatchObject({ includes: [], computed: { line: 3 } })
  expect(setupPy('setup(install_requires=get())')?.computed).toMatchObject({
    line: 1,
    text: 'setup(install_requires=get())',
  })
})

test('setup.py is never run, and one without setup() says nothing', () => {
  expect(setupPy('import os\nos.system("touch /tmp/owned")\nraise SystemExit')).toBeNull()
  expect(setupPy('a = b\nb = a\nsetup(install_requires=a, name=a)')?.requirements).toEqual([])
})

test('setup.cfg', () => {
  const text = `[metadata]
name = shop
classifiers =
    Programming Language :: Python :: 3.9
[options]
python_requires = >=3.8
install_requires =
    flask>=1 ; python_version > "3"
    # comment
    redis
[options.extras_require]
dev = pytest; ruff
[flake8]
max-line-length = 100
`
  const manifest = readSetupCfg('setup.cfg', filesOf({ 'setup.cfg': text }))
  expect(show(manifest?.requirements)).toEqual([
    "8 flask>=1; python_version > '3'",
    '10 redis',
    '12 pytest (dev)',
    '12 ruff (dev)',
  ])
  expect(manifest).toMatchObject({ name: 'shop', classifiers: ['3.9'], python: { line: 6 } })
  expect(readSetupCfg('setup.cfg', filesOf({ 'setup.cfg': '[flake8]\nx = 1' }))).toBeNull()
})

test('Pipfile', () => {
  const text = `[[source]]
name = "pypi"
url = "https://host.example/simple"
[packages]
flask = "*"
uvicorn = {extras = ["standard"], version = "==0.30"}
own = {git = "https://host.example/own.git", ref = "main"}
win = {version = "*", sys_platform = "== 'win32'"}
[dev-packages]
pytest = ">=7"
[requires]
python_version = "3.11"
`
  const manifest = readPipfile('Pipfile', filesOf({ Pipfile: text }))
  expect(show(manifest?.requirements)).toEqual([
    '5 flask',
    '6 uvicorn[standard]==0.30',
    '7 own @ git+https://host.example/own.git@main',
    "8 win; sys_platform == 'win32'",
    '10 pytest>=7 (dev)',
  ])
  expect(manifest).toMatchObject({ index: null, python: { line: 12, text: 'python_version = "3.11"' } })
})

test('addresses in the list for pip of a conda environment file', () => {
  const text =
    'dependencies:\n  - pip:\n    - git+https://host.example/o/r.git@main\n    - git+https://host.example/o/s.git#egg=s\n'
  const manifest = readCondaFile('environment.yml', filesOf({ 'environment.yml': text }))
  expect(manifest?.requirements).toMatchObject([
    { name: null, url: 'git+https://host.example/o/r.git@main', line: 3 },
    { name: 's', url: 'git+https://host.example/o/s.git#egg=s', line: 4 },
  ])
})

test('a conda environment file', () => {
  const text =
    'name: x\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.11.4\n  - numpy=1.26=py311_0\n  - conda-forge::flask>=2\n  - pip\n  - pip:\n      - gunicorn==21.2\n      - -r more.txt\nvariables:\n  - no\n'
  const manifest = readCondaFile('environment.yml', filesOf({ 'environment.yml': text, 'more.txt': '' }))
  expect(show(manifest?.requirements)).toEqual(['6 numpy==1.26.*', '7 flask>=2', '10 gunicorn==21.2'])
  expect(manifest).toMatchObject({ includes: ['more.txt'], python: { line: 5, text: 'python=3.11.4' } })
})
