import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCheckout } from '../../../kit/checkout/index.ts'
import { readPackages } from '../packages/index.ts'
import { exec } from '../../../kit/exec.ts'
import type { PythonFact } from '../../../model/project.ts'
import { findPython, type FoundPython } from '../python.ts'
import { readAge } from './age.ts'
import type { Statement } from './statement.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'wherry-python-'))))
afterEach(() => rmSync(root, { recursive: true }))

async function find(
  files: Readonly<Record<string, string>>,
  directory = '.',
  configured: string | null = null,
  age: Statement | null = null,
): Promise<FoundPython> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const checkout = await openCheckout(root)
  return findPython(checkout, directory, readPackages(checkout, directory), configured, age)
}

const requires = (range: string): string => `[project]\nname = "a"\nrequires-python = "${range}"\n`

test('the name of a virtual environment that tells a version is said in a note', async () => {
  const { fact, notes } = await find({ '.python-version': 'myenv3.10.13\n' })
  expect(fact.version).toBe('3.13')
  expect(notes).toMatchObject([{ code: 'python-setting-not-used', because: [{ file: '.python-version', line: 1 }] }])
  expect(notes[0]?.text).toContain('3.10')
})

test.each<[string, Record<string, string>, string, string | null]>([
  ['nothing', {}, '3.13', '.'],
  ['a pin', { '.python-version': '3.12\n' }, '3.12', '.python-version'],
  ['a pin with a patch, after a comment', { '.python-version': '# ours\n3.11.4\n3.12\n' }, '3.11', '.python-version'],
  ['a pin with a prefix', { '.python-version': 'cpython-3.12.1' }, '3.12', '.python-version'],
  ['a pin no base has yet', { '.python-version': '3.15' }, '3.15', '.python-version'],
  ['a range in .python-version', { '.python-version': '>=3.11,<3.13' }, '3.11', '.python-version'],
  ['a major alone', { '.python-version': '3' }, '3.13', '.python-version'],
  ['a name that is no version', { '.python-version': 'my-virtualenv' }, '3.13', '.'],
  ['runtime.txt', { 'runtime.txt': 'python-3.11.9\n' }, '3.11', 'runtime.txt'],
  ['runtime.txt in words', { 'runtime.txt': 'Python 3.10.6\n' }, '3.10', 'runtime.txt'],
  ['a Pipfile', { Pipfile: '[packages]\n[requires]\npython_version = "3.12"' }, '3.12', 'Pipfile'],
  ['requires-python', { 'pyproject.toml': requires('>=3.10') }, '3.13', 'pyproject.toml'],
  ['an upper end', { 'pyproject.toml': requires('>=3.10,<3.13') }, '3.11', 'pyproject.toml'],
  ['a range without a base', { 'pyproject.toml': requires('==3.12.*') }, '3.12', 'pyproject.toml'],
  ['poetry', { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "~3.11"' }, '3.11', 'pyproject.toml'],
  [
    'a poetry version with a patch',
    { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "3.12.3"' },
    '3.12',
    'pyproject.toml',
  ],
  [
    'alternatives',
    { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^2.7 || ~3.11"' },
    '3.11',
    'pyproject.toml',
  ],
  ['setup.py', { 'setup.py': 'setup(python_requires=">=3.6,<3.12")' }, '3.11', 'setup.py'],
  [
    'a lock without a manifest that says',
    { 'pyproject.toml': '[project]\nname = "a"\n[tool.uv]\n', 'uv.lock': 'version = 1\nrequires-python = "<3.12"' },
    '3.11',
    'uv.lock',
  ],
  [
    'a tool setting in the range',
    { '.tool-versions': 'nodejs 20\npython 3.12.1 system', 'pyproject.toml': requires('>=3.11') },
    '3.12',
    '.tool-versions',
  ],
  ['mise', { 'mise.toml': '[tools]\npython = ["3.12", "3.11"]' }, '3.12', 'mise.toml'],
  ['mise without a version', { 'mise.toml': '[tools]\npython = "latest"' }, '3.13', '.'],
  [
    'a Dockerfile, where nothing else says',
    { Dockerfile: 'FROM --platform=linux/amd64 python:3.11-slim AS base' },
    '3.11',
    'Dockerfile',
  ],
  ['a Dockerfile with an older one: the nearest', { Dockerfile: 'FROM python:3.9-slim' }, '3.11', 'Dockerfile'],
  ['a Dockerfile with a newer one', { Dockerfile: 'FROM python:3.14-slim' }, '3.13', '.'],
  [
    'a Dockerfile never against a range',
    { Dockerfile: 'FROM python:3.11', 'pyproject.toml': requires('>=3.10') },
    '3.13',
    'pyproject.toml',
  ],
])('%s', async (_, files, version, file) => {
  const { fact } = await find(files)
  expect([fact.version, fact.because[0]?.file]).toEqual([version, file])
})

test('the pin comes with the range it satisfies', async () => {
  const { fact } = await find({ '.python-version': '3.12', 'pyproject.toml': requires('>=3.11') })
  expect(fact.because).toEqual([
    { file: '.python-version', line: 1, text: '3.12' },
    { file: 'pyproject.toml', line: 3, text: 'requires-python = ">=3.11"' },
  ])
})

test.each<[string, Record<string, string>, RegExp]>([
  ['2.7', { 'runtime.txt': 'python-2.7.18' }, /Port the app to Python 3/],
  ['3.6', { '.python-version': '3.6.1' }, /security support of Python 3\.6 has ended/],
  ['3.9', { '.python-version': '3.9' }, /security support/],
  ['a range that ends before', { 'pyproject.toml': requires('>=3.6,<3.10') }, /newest version allowed is 3\.9/],
  ['an empty range', { 'pyproject.toml': requires('>=3.13,<3.11') }, /No version is in all of these/],
  [
    'a pin outside the range',
    { '.python-version': '3.11', 'pyproject.toml': requires('>=3.12') },
    /One says 3\.11, the other requires-python/,
  ],
  ['two pins', { '.python-version': '3.11', 'runtime.txt': 'python-3.12' }, /One says 3\.11, the other python-3\.12/],
  ['another implementation', { '.python-version': 'pypy3.10-7.3.12' }, /CPython/],
  ['a free-threaded build', { '.python-version': '3.13t' }, /CPython in its usual build/],
])('refuses %s', async (_, files, why) => {
  await expect(find(files)).rejects.toMatchObject({
    code: 'unsupported-python',
    why: expect.stringMatching(why) as string,
  })
})

test('a tool setting outside the range is passed over, with a note', async () => {
  const { fact, notes } = await find({ '.tool-versions': 'python 3.9.2', 'pyproject.toml': requires('>=3.11') })
  expect(fact.version).toBe('3.13')
  expect(notes.map(({ code }) => code)).toEqual(['python-setting-not-used'])
})

test('an ended version that is pinned works, with a note', async () => {
  const { fact, notes } = await find({ '.python-version': '3.10' })
  expect([fact.version, notes[0]?.code]).toEqual(['3.10', 'python-end-of-life'])
})

test('what the packages run on decides within the range', async () => {
  const { fact } = await find({
    'requirements.txt': 'Django==3.2.19\nnumpy==1.24.0',
    'pyproject.toml': requires('>=3.8'),
  })
  expect(fact.version).toBe('3.11')
  expect(fact.because).toContainEqual({
    file: 'requirements.txt',
    line: 1,
    text: 'django 3.2.19 runs on Python up to 3.11',
  })
})

test('what a group or an extra pins does not decide', async () => {
  const { fact } = await find({
    'pyproject.toml': `${requires('>=3.8')}optional-dependencies.old = ["numpy==1.24.0"]\n`,
  })
  expect(fact.version).toBe('3.13')
})

test('a lock without file names leaves it to what is known of the releases', async () => {
  const lock = JSON.stringify({ _meta: {}, default: { numpy: { version: '==1.24.0' } } })
  const { fact } = await find({ Pipfile: '[packages]\nnumpy = "*"', 'Pipfile.lock': lock })
  expect(fact).toMatchObject({ version: '3.11', because: [{ file: 'Pipfile', line: 2 }] })
})

test('a lock whose wheels are all for one minor decides; development tools do not', async () => {
  const lock = (group: string): string => `[[package]]
name = "fast"
version = "1"
optional = false
python-versions = ">=3.8"
groups = ["${group}"]
files = [{file = "fast-1-cp311-cp311-manylinux_2_17_x86_64.whl", hash = "sha256:00"}, {file = "fast-1.tar.gz", hash = "sha256:00"}]
[metadata]
lock-version = "2.1"
python-versions = ">=3.8"
`
  const table = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = ">=3.8"\n'
  const { fact } = await find({ 'pyproject.toml': table, 'poetry.lock': lock('main') })
  expect(fact).toMatchObject({ version: '3.11', because: [{}, { text: 'fast 1 has no wheel for Python 3.13' }] })
  expect((await find({ 'poetry.lock': lock('dev') })).fact.version).toBe('3.13')
})

test('packages last changed before a Python came out are not given it, whatever else was committed since', async () => {
  const commit = async (day: string): Promise<void> => {
    const when = { GIT_AUTHOR_DATE: `${day}T12:00:00Z`, GIT_COMMITTER_DATE: `${day}T12:00:00Z` }
    await exec(['git', '-C', root, 'add', '.'])
    const person = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']
    await exec(['git', '-C', root, ...person, 'commit', '-qm', day], { env: { ...process.env, ...when } })
  }
  const choose = async (files: Readonly<Record<string, string>>): Promise<PythonFact> =>
    (await find(files, '.', null, await readAge(root, ['requirements.txt']))).fact
  const app = { 'requirements.txt': 'flask\n' }
  expect((await choose(app)).version).toBe('3.13')
  await exec(['git', 'init', '-q', root])
  await commit('2024-10-06')
  writeFileSync(join(root, 'app.py'), '')
  await commit('2025-03-01')
  expect(await choose(app)).toEqual({
    version: '3.11',
    alternatives: ['3.13'],
    because: [{ file: 'requirements.txt', line: null, text: 'last changed 2024-10-06, before Python 3.13 came out' }],
  })
  for (const image of ['3.12-slim', '3.13', '3.14'])
    expect((await choose({ ...app, Dockerfile: `FROM python:${image}` })).version).toBe('3.13')
  rmSync(join(root, 'Dockerfile'))
  expect((await choose({ ...app, 'pyproject.toml': requires('>=3.12') })).version).toBe('3.13')
  rmSync(join(root, 'pyproject.toml'))
  writeFileSync(join(root, 'requirements.txt'), 'flask>=3\n')
  await commit('2025-03-02')
  expect((await choose({})).version).toBe('3.13')
})

test('the nearest directory speaks; settings of the user speak over all', async () => {
  const files = { '.python-version': '3.12', 'web/.python-version': '3.11', 'web/app.py': '' }
  expect((await find(files, 'web')).fact.version).toBe('3.11')
  expect((await find({ 'wherry.toml': '' }, '.', '3.14')).fact).toEqual({
    version: '3.14',
    alternatives: [],
    because: [{ file: 'wherry.toml', line: null, text: 'python = "3.14"' }],
  })
})
