import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSmallImage, metadata, stanza } from '../../../../test/support/small-image.ts'
import { openCache, type Cache } from '../../../kit/cache.ts'
import type { Lock } from '../../../model/lock.ts'
import type { Plan } from '../../../model/plan.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { explain } from './explain.ts'
import { takeInventory } from './inventory/inventory.ts'

let root: string
let cache: Cache
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'explain-'))
  cache = openCache(join(root, 'cache'))
})
afterEach(() => rmSync(root, { recursive: true }))

const site = 'venv/lib/python3.13/site-packages'
const debian = (name: string) =>
  ({ name, version: '1', pocket: 'main', path: `pool/${name}.deb`, size: 1, sha256: 'a' }) as const
const wheel = (name: string) => ({
  name,
  version: '1',
  file: `${name}.whl`,
  url: 'https://x.example/',
  size: null,
  sha256: 'b',
})
const lock: Lock = {
  requirements: '',
  python: '3.13.5',
  base: {
    kind: 'debian',
    suite: 'trixie',
    architecture: 'amd64',
    mirrors: { archive: 'https://mirror.example', security: null },
    packages: [debian('python3'), debian('libc6')],
    nginx: [debian('nginx')],
    libraries: [debian('libstdc++6'), debian('ffmpeg'), debian('jq')],
  },
  wheels: ['flask', 'numpy', 'gunicorn', 'setuptools', 'werkzeug'].map(wheel),
  sdists: [],
  compiler: [],
  server: { name: 'gunicorn', version: '1' },
  systemLibraries: [{ soname: 'libstdc++.so.6', package: 'libstdc++6', neededBy: 'numpy' }],
  data: [],
  frontEnd: null,
  asOf: null,
}
const asked = (name: string, group: string | null, line: number): ListedRequirement => ({
  name,
  extras: [],
  specifier: [],
  marker: null,
  url: null,
  path: null,
  editable: false,
  hashes: [],
  group,
  file: 'pyproject.toml',
  line,
})
const noSources = { index: null, extraIndexes: [], findLinks: [], constraints: [], prereleases: false }
const plan = { name: 'shop', image: { debianPackages: ['jq'] } } as unknown as Plan

test('every package has the reason it is there', async () => {
  const record = (name: string) => `var/lib/dpkg/status.d/${name}`
  const base = {
    [record('python3')]: stanza('python3', '1', 'Depends: libc6'),
    [record('libc6')]: stanza('libc6', '1'),
    [record('nginx')]: stanza('nginx', '1', 'Depends: libc6'),
    [record('libstdc++6')]: stanza('libstdc++6', '1'),
    [record('ffmpeg')]: stanza('ffmpeg', '1'),
    [record('jq')]: stanza('jq', '1'),
  }
  const info = (name: string) => `${site}/${name}-1.dist-info/METADATA`
  const wheels = {
    [info('flask')]: metadata('Flask', '1', 'Requires-Dist: werkzeug'),
    [`${site}/flask-1.dist-info/RECORD`]: 'flask/__init__.py,,\n',
    [`${site}/flask/__init__.py`]: 'x'.repeat(500),
    [`${site}/flask/__pycache__/__init__.cpython-313.pyc`]: 'y'.repeat(300),
    ...Object.fromEntries(
      ['numpy', 'gunicorn', 'setuptools', 'werkzeug', 'pip'].map(name => [info(name), metadata(name, '1')]),
    ),
  }
  const inventory = await takeInventory(
    await makeSmallImage([base, wheels, { [info('shop')]: metadata('shop', '1') }], cache),
    cache,
  )
  const requirements = [asked('flask', 'dev', 3), asked('flask', null, 7), asked('numpy', null, 8)]
  const wanted = { directory: '.', requirements, lock: null, sources: noSources }
  const libraries = [{ name: 'ffmpeg', because: [] }]
  const { packages, largest, layers } = explain({ inventory, plan, lock, wanted, libraries, extras: new Map() })
  expect(Object.fromEntries(packages.map(({ name, why }) => [name, why]))).toEqual({
    python3: [{ kind: 'base' }],
    libc6: [{ kind: 'needed', by: ['nginx', 'python3'] }],
    nginx: [{ kind: 'nginx' }],
    'libstdc++6': [{ kind: 'library', soname: 'libstdc++.so.6', by: 'numpy' }],
    ffmpeg: [{ kind: 'called', names: ['ffmpeg'] }],
    jq: [{ kind: 'config' }],
    flask: [{ kind: 'asked', file: 'pyproject.toml', line: 7 }],
    numpy: [{ kind: 'asked', file: 'pyproject.toml', line: 8 }],
    gunicorn: [{ kind: 'server' }],
    setuptools: [{ kind: 'imported' }],
    werkzeug: [{ kind: 'needed', by: ['flask'] }],
    shop: [{ kind: 'own' }],
    pip: [{ kind: 'brought' }],
  })
  expect(packages.find(({ name }) => name === 'flask')?.size).toBe(800)
  expect(largest[0]).toEqual({ path: `${site}/flask/__init__.py`, size: 500, layer: 1, package: 'flask' })
  expect(layers.map(layer => layer.packages)).toEqual([6, 6, 1])
})
