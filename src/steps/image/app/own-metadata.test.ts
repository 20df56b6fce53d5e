import { afterEach, beforeEach, expect, test } from 'vitest'
import { addFiles, makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import { readRequirementsFile } from '../../../python/requirement/file.ts'
import { ownMetadata, type OwnMetadata } from './own-metadata.ts'

let root: string
beforeEach(() => {
  root = makeRepository({ 'app.py': '' })
})
afterEach(() => removeRepository(root))

async function metadata(files: Files, installed: readonly string[] = []): Promise<OwnMetadata> {
  addFiles(root, files)
  const checkout = await openCheckout(root)
  const listed = checkout.has('requirements.txt') ? readRequirementsFile('requirements.txt', checkout) : null
  const sources = { index: null, extraIndexes: [], findLinks: [], constraints: [], prereleases: false }
  const wanted = { directory: '.', requirements: listed?.requirements ?? [], lock: null, sources }
  const manifest = checkout.has('pyproject.toml') ? 'pyproject.toml' : null
  const plan = { root: '.', image: { requirements: { manager: 'pip', lock: null, manifest } } } as unknown as Plan
  return ownMetadata(checkout, { plan, wanted, place: { prefix: 'venv', minor: '3.13' } }, new Set(installed))
}

/** Path below site-packages, or the whole one, and content. */
function texts({ tree }: OwnMetadata): Record<string, string> {
  return Object.fromEntries(
    tree.map(entry => [
      entry.path.replace('venv/lib/python3.13/site-packages/', ''),
      entry.kind === 'file' && 'data' in entry.bytes ? Buffer.from(entry.bytes.data).toString() : '',
    ]),
  )
}

test('name, version, commands and plug-ins are registered as an installer would', async () => {
  const pyproject = `[project]
name = "My.Shop"
version = "1.2"
[project.scripts]
shop-admin = "shop.cli:main"
[project.entry-points."shop.plugins"]
pay = "shop.pay:Plugin"
`
  const found = texts(await metadata({ 'pyproject.toml': pyproject }))
  expect(found['my_shop-1.2.dist-info/METADATA']).toBe('Metadata-Version: 2.1\nName: My.Shop\nVersion: 1.2\n')
  expect(found['my_shop-1.2.dist-info/entry_points.txt']).toBe(
    '[shop.plugins]\npay = shop.pay:Plugin\n\n[console_scripts]\nshop-admin = shop.cli:main\n',
  )
  expect(found['venv/bin/shop-admin']).toMatch(/^#!\/venv\/bin\/python\nimport sys\nfrom shop.cli import main\n/)
})

test.each([
  ['Poetry', { 'pyproject.toml': '[tool.poetry]\nname = "p"\nversion = "3.0"\n' }, 'p-3.0'],
  [
    'setuptools’ attribute',
    {
      'pyproject.toml':
        '[project]\nname = "p"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "p.__version__"}\n',
      'src/p/__init__.py': '__version__ = "4.5"\n',
    },
    'p-4.5',
  ],
  [
    'Hatch’s file',
    {
      'pyproject.toml': '[project]\nname = "p"\ndynamic = ["version"]\n[tool.hatch.version]\npath = "p/about.py"\n',
      'p/about.py': '__version__: str = "v6.1"\n',
    },
    'p-6.1',
  ],
  ['setup.cfg', { 'setup.cfg': '[metadata]\nname = p\nversion = 0.9\n' }, 'p-0.9'],
  ['setup.py', { 'setup.py': 'from setuptools import setup\nsetup(name="p", version="0.3")\n' }, 'p-0.3'],
])('%s says the version', async (_, files, stem) => {
  const found = await metadata(files)
  expect(Object.keys(texts(found))).toContain(`${stem}.dist-info/METADATA`)
  expect(found.unversioned).toEqual([])
})

test('a version that only git knows is told as unknown, and said to be', async () => {
  const found = await metadata({ 'pyproject.toml': '[project]\nname = "p"\ndynamic = ["version"]\n' })
  expect(found.unversioned).toEqual(['p'])
  expect(Object.keys(texts(found))).toEqual(['p-0+unknown.dist-info/METADATA'])
})

test('directories that the requirements name are imported from where they lie', async () => {
  const found = texts(
    await metadata({
      'requirements.txt': '-e .\n./libs/flat\n./libs/deep\n',
      'src/shop/__init__.py': '',
      'setup.py': 'from setuptools import setup\nsetup(name="shop")\n',
      'libs/flat/flat.py': '',
      'libs/deep/src/deep/__init__.py': '',
    }),
  )
  expect(found['_app.pth']).toBe('/app/src\n/app/libs/flat\n/app/libs/deep/src\n')
})

test('nothing hostile gets a path or a line of its own', async () => {
  const pyproject = `[project]
name = "p"
version = "1\\nEvil: yes"
[project.scripts]
"../../etc/cron" = "a:b"
"python" = "a:b"
ok = "a:b\\nimport os"
`
  const found = texts(await metadata({ 'pyproject.toml': pyproject }))
  expect(Object.keys(found).filter(path => path.startsWith('venv/bin'))).toEqual([])
  expect(Object.values(found).join('')).not.toMatch(/Evil|import os/)
  expect(texts(await metadata({ 'pyproject.toml': '[project]\nname = "../x"\nversion = "1"\n' }))).toEqual({})
})

test('a project that is installed as a wheel is not registered twice', async () => {
  expect(texts(await metadata({ 'pyproject.toml': '[project]\nname = "P"\nversion = "1"\n' }, ['p']))).toEqual({})
})
