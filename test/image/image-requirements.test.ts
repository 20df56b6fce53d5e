import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { makeWheel } from '../support/make-wheel.ts'
import { addFiles, commit, makeRepository, removeRepository, type Files } from '../support/repository.ts'
import { makeImageOf, startApp, type RunningApp } from '../support/image-place.ts'
import { ownLock } from '../support/own-lock.ts'

/** The forms in which requirements and projects come, each seen to work by an app that imports what it asked for. */

const repositories: string[] = []
const running: RunningApp[] = []
afterEach(async () => {
  for (const app of running.splice(0)) await app.stop()
})
afterAll(() => {
  for (const root of repositories) removeRepository(root)
})

function repository(files: Files): string {
  const root = makeRepository(files)
  repositories.push(root)
  commit(root, '2026-11-20T00:00:00Z')
  return root
}

/** An app whose page is what `expression` says, after these imports. */
function page(imports: string, expression: string): string {
  return `${imports}\nfrom flask import Flask\napp = Flask(__name__)\n\n@app.get("/")\ndef index():\n    return str(${expression})\n`
}

async function answerOf(root: string): Promise<string> {
  const { made } = await makeImageOf(root)
  const app = await startApp(made)
  running.push(app)
  const { status, body } = await app.ask('GET', '/')
  expect(status, body).toBe(200)
  return body
}

test('files within files in UTF-16, constraints, markers, extras, a vendored wheel, the project itself', async () => {
  const text = [
    '-r requirements/base.txt',
    '-c limits.txt',
    'requests[socks]>=2.31 ; python_version >= "3.9"',
    'pywin32==306 ; sys_platform == "win32"',
    './vendor/own-1.5-py3-none-any.whl',
    '-e .',
  ].join('\r\n')
  const root = repository({
    'requirements.txt': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    'requirements/base.txt': 'flask==3.1.2\n',
    'limits.txt': 'idna<3.8\n',
    'vendor/own-1.5-py3-none-any.whl': makeWheel({
      name: 'own',
      version: '1.5',
      members: [{ name: 'own.py', content: 'x = 7\n' }],
    }),
    'pyproject.toml':
      '[project]\nname = "Shop.App"\nversion = "2.5"\n[project.scripts]\nshop-say = "shop.cli:main"\n[build-system]\nrequires = ["setuptools"]\n',
    'src/shop/__init__.py': '',
    'src/shop/cli.py': 'def main():\n    print("said")\n',
    'app.py': page(
      'from importlib.metadata import version\nimport own, requests, shop, socks',
      '[version("shop-app"), version("own"), own.x, version("idna") < "3.8"]',
    ),
  })
  expect(await answerOf(root)).toBe("['2.5', '1.5', 7, True]")
  expect(await running[0]?.run(['shop-say'])).toBe('said\n')
})

test('directories of the repository are imported from where they lie', async () => {
  const root = repository({
    'requirements.txt': 'flask==3.1.2\n-e ./libs/flat\n./libs/deep\n',
    'libs/flat/setup.py': 'from setuptools import setup\nsetup(name="flat", version="1.0")\n',
    'libs/flat/flat.py': 'x = 1\n',
    'libs/deep/pyproject.toml': '[project]\nname = "deep"\nversion = "3.0"\ndependencies = ["six==1.17.0"]\n',
    'libs/deep/src/deep/__init__.py': 'import six\n',
    'app.py': page('from importlib.metadata import version\nimport deep, flat', '[version("flat"), version("deep")]'),
  })
  expect(await answerOf(root)).toBe("['1.0', '3.0']")
})

test('pure Python that is offered only as source is built, by tools that the lock names', async () => {
  const root = repository({
    'requirements.txt': 'flask==3.1.2\ndocopt==0.6.2\n',
    'app.py': page('import docopt', 'docopt.__version__'),
  })
  expect(await answerOf(root)).toBe('0.6.2')
  const lock = ownLock(join(root, 'wherry.lock'))
  expect(lock.sdists).toMatchObject([{ name: 'docopt', build: { wheels: [{ name: 'setuptools' }], packages: null } }])
  expect(lock.asOf).toBe('2026-11-20T00:00:00Z')
})

test('what is not pinned is as old as the commit that asks for it', async () => {
  const root = makeRepository({ 'requirements.txt': 'flask\n', 'app.py': page('import flask', 'flask.__name__') })
  repositories.push(root)
  commit(root, '2025-01-15T00:00:00Z')
  const { made, told } = await makeImageOf(root)
  expect(made.lock.wheels.find(({ name }) => name === 'flask')?.version).toBe('3.1.0')
  expect(told.join('\n')).toContain('as of 2025-01-15')
  const updated = await makeImageOf(root, { update: true })
  expect(updated.made.lock.wheels.find(({ name }) => name === 'flask')?.version).not.toBe('3.1.0')
  expect(updated.made.lock.asOf).toBeNull()
})

test('a lock that settled on another Python is taken at its word', async () => {
  const root = repository({
    'requirements.txt': 'flask==3.1.2\n',
    'app.py': page('import sys', 'sys.version_info[:2]'),
    'wherry.toml': 'python = "3.11"\n',
  })
  expect(await answerOf(root)).toBe('(3, 11)')
  rmSync(join(root, 'wherry.toml'))
  const { made, told } = await makeImageOf(root)
  expect(made.lock.python).toMatch(/^3\.11\./)
  expect(told.join('\n')).not.toMatch(/package index|resolving/)
})

test('an app that is started from a sub-directory keeps its lock and its data there', async () => {
  const root = repository({
    'backend/requirements.txt': 'flask==3.1.2\n',
    'backend/app.py': `from pathlib import Path\nPath(__file__).with_name("seen.db").touch()\n${page('', '1')}`,
    'README.md': '',
  })
  const { made } = await makeImageOf(root)
  expect(made.lock.data).toEqual([{ path: 'seen.db', kind: 'sqlite' }])
  expect(ownLock(join(root, 'backend/wherry.lock'))).toEqual(made.lock)
  expect(await answerOf(root)).toBe('1')
  addFiles(root, { 'backend/requirements.txt': 'flask==3.1.2\nsix==1.17.0\n' })
  expect((await makeImageOf(root)).made.lock.wheels.map(({ name }) => name)).toContain('six')
})
