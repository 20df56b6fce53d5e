import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSmallImage, metadata, stanza } from '../../../../../test/support/small-image.ts'
import { openCache, type Cache } from '../../../../kit/cache.ts'
import { findNeeds } from '../needs.ts'
import { takeInventory } from './inventory.ts'

let root: string
let cache: Cache
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'inventory-'))
  cache = openCache(join(root, 'cache'))
})
afterEach(() => rmSync(root, { recursive: true }))

const site = 'venv/lib/python3.13/site-packages'
const base = {
  'usr/lib/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n',
  'var/lib/dpkg/status.d/libc6': stanza('libc6', '2.41-12', 'Source: glibc', 'Depends: libgcc-s1'),
  'var/lib/dpkg/status.d/libgcc-s1': stanza('libgcc-s1', '14.2.0-19', 'Source: gcc-14 (14.2.0-18)'),
  'var/lib/dpkg/status.d/zlib1g': stanza('zlib1g', '1:1.3.1+dfsg-1', 'Depends: libc6 (>= 2.14), nothere | libgcc-s1'),
}

test('packages are told by their records, wherever they come from', async () => {
  const wheels = {
    [`${site}/Flask_Login-0.6.3.dist-info/METADATA`]: metadata('Flask_Login', '0.6.3', 'Requires-Dist: Flask>=1'),
    [`${site}/Flask_Login-0.6.3.dist-info/RECORD`]: 'flask_login/__init__.py,sha256=x,100\n../../../bin/login,,20\n',
    [`${site}/flask-3.1.dist-info/METADATA`]: metadata('flask', '3.1', 'License-Expression: BSD-3-Clause'),
    [`${site}/setuptools/_vendor/flask-3.1.dist-info/METADATA`]: metadata('flask', '3.1'),
    [`${site}/broken-1.dist-info/METADATA`]: 'no headers',
  }
  const { packages } = await takeInventory(await makeSmallImage([base, wheels], cache), cache)
  expect(packages.map(({ purl, layer, files }) => [purl, layer, files])).toEqual([
    ['pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=trixie', 0, null],
    ['pkg:deb/debian/libgcc-s1@14.2.0-19?arch=amd64&distro=trixie', 0, null],
    ['pkg:deb/debian/zlib1g@1:1.3.1%2Bdfsg-1?arch=amd64&distro=trixie', 0, null],
    ['pkg:pypi/flask-login@0.6.3', 1, [`${site}/flask_login/__init__.py`, 'venv/bin/login']],
    ['pkg:pypi/flask@3.1', 1, null],
  ])
  const sources = new Map(packages.map(({ name, source }) => [name, source]))
  expect(sources.get('libc6')).toEqual({ name: 'glibc', version: '2.41-12' })
  expect(sources.get('libgcc-s1')).toEqual({ name: 'gcc-14', version: '14.2.0-18' })
})

test('a later layer replaces a file and what it said', async () => {
  const before = { [`${site}/a-1.dist-info/METADATA`]: metadata('a', '1'), 'app/x': '1', 'app/y': '1' }
  const after = { [`${site}/a-1.dist-info/METADATA`]: metadata('a', '1.0.post1'), 'app/x': '22' }
  const view = await makeSmallImage([before, after], cache)
  for (const again of [1, 2]) {
    const { packages, files } = await takeInventory(view, cache)
    expect([again, packages.map(({ version, layer }) => [version, layer])]).toEqual([again, [['1.0.post1', 1]]])
    expect(files.get('app/x')).toMatchObject({ size: 2, layer: 1 })
    expect(files.get('app/y')).toMatchObject({ size: 1, layer: 0 })
  }
})

test('what a package needs is what is there: alternatives, markers, and extras followed from whoever asks', async () => {
  const wheels = {
    [`${site}/app_server-1.dist-info/METADATA`]: metadata(
      'app-server',
      '1',
      'Requires-Dist: uvicorn[standard]; extra == "all"',
    ),
    [`${site}/uvicorn-1.dist-info/METADATA`]: metadata(
      'uvicorn',
      '1',
      'Requires-Dist: click>=7',
      'Requires-Dist: httptools; extra == "standard"',
      'Requires-Dist: colorama; sys_platform == "win32"',
    ),
    [`${site}/click-8.dist-info/METADATA`]: metadata('click', '8'),
    [`${site}/colorama-1.dist-info/METADATA`]: metadata('colorama', '1'),
    [`${site}/httptools-1.dist-info/METADATA`]: metadata('httptools', '1'),
  }
  const { packages } = await takeInventory(await makeSmallImage([base, wheels], cache), cache)
  const needs = (extras: readonly string[]): Record<string, readonly string[]> => {
    const asked = new Map([['app-server', extras]])
    const found = findNeeds(packages, { python: '3.13.5', architecture: 'amd64', extras: asked })
    const short = (purl: string): string => /([^/]+)@/.exec(purl)?.[1] ?? purl
    return Object.fromEntries([...found].map(([purl, all]) => [short(purl), all.map(short)]))
  }
  expect(needs([])).toEqual({
    libc6: ['libgcc-s1'],
    'libgcc-s1': [],
    zlib1g: ['libc6', 'libgcc-s1'],
    'app-server': [],
    click: [],
    colorama: [],
    httptools: [],
    uvicorn: ['click'],
  })
  expect(needs(['all'])).toMatchObject({ 'app-server': ['uvicorn'], uvicorn: ['click', 'httptools'] })
})
