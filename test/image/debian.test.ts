import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  assembleAddition,
  assembleBase,
  basePackages,
  fetchDebs,
  findMirrors,
  nginxPackages,
  omittedPackages,
  openArchive,
  openLibraries,
  pythonOf,
  resolve,
  type Archive,
} from '../../src/debian/index.ts'
import { unpackDeb } from '../../src/debian/deb.ts'
import { archiveKeys, verifySigned } from '../../src/debian/signature.ts'
import { openCache } from '../../src/kit/cache.ts'
import { get } from '../../src/kit/http.ts'
import { exec, type ExecResult } from '../../src/kit/exec.ts'
import type { DebianPackage } from '../../src/model/lock.ts'
import type { Tree } from '../../src/model/tree.ts'
import { writeTree } from '../support/write-tree.ts'

/** Real archives, from this machine's own sources: both suites are assembled, and what is in them is run. Needs root (chroot, mknod). */

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
let work: string
beforeAll(async () => void (work = await mkdtemp(join(tmpdir(), 'wherry-debian-'))))
afterAll(() => rm(work, { recursive: true, force: true }))

const sizeOf = (tree: Tree): number => tree.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)

const everyModule = 'import ssl, sqlite3, ctypes, lzma, bz2, zoneinfo, uuid, readline, curses, hashlib, decimal'

const questions = `${everyModule}
import ctypes.util, json, mimetypes, pwd, socket, subprocess, sys
print(json.dumps({
    'version': '%d.%d' % sys.version_info[:2],
    'zone': str(zoneinfo.ZoneInfo('US/Eastern')),
    'authorities': len(ssl.create_default_context().get_ca_certs()) > 100,
    'service': socket.getservbyname('https'),
    'type': mimetypes.guess_type('a.woff2')[0],
    'user': pwd.getpwuid(10001).pw_name,
    'shell': subprocess.run('echo from sh', shell=True, capture_output=True, text=True).stdout,
    'found': ctypes.util.find_library('sqlite3'),
    'encoding': sys.getfilesystemencoding(),
}))
`

describe.each(['bookworm', 'trixie'])('%s', suite => {
  let archive: Archive
  let base: DebianPackage[]
  let trees: readonly [Tree, Tree]
  let root: string
  beforeAll(async () => {
    archive = await openArchive(suite, {
      architecture,
      mirrors: await findMirrors(suite),
      cache: openCache(join(work, 'cache')),
    })
    base = resolve(archive, basePackages(suite), { omit: omittedPackages })
    const nginx = resolve(archive, nginxPackages, { omit: omittedPackages, present: base })
    const bottom = await assembleBase(await fetchDebs(base, archive), architecture)
    trees = [bottom, assembleAddition(await fetchDebs(nginx, archive), [bottom], architecture)]
    root = join(work, suite)
    for (const tree of trees) await writeTree(tree, root)
    await exec(['mknod', join(root, 'dev/null'), 'c', '1', '3'])
  })

  const inside = (...argv: string[]): Promise<ExecResult> => exec(['/usr/sbin/chroot', root, ...argv], { env: {} })

  test('its Python has every module, and what programs expect around it', async () => {
    const { code, stdout, stderr } = await inside('/usr/bin/python3', '-c', questions)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      version: pythonOf(suite),
      zone: 'US/Eastern',
      authorities: true,
      service: 443,
      type: 'font/woff2',
      user: 'app',
      shell: 'from sh\n',
      found: 'libsqlite3.so.0',
      encoding: 'utf-8',
    })
  })

  test('nginx starts, from a layer that repeats nothing of the base', async () => {
    expect((await inside('/usr/sbin/nginx', '-v')).stderr).toMatch(/^nginx version: nginx\/1\./)
    const files = (tree: Tree): string[] => tree.filter(entry => entry.kind !== 'directory').map(entry => entry.path)
    const below = new Set(files(trees[0]))
    expect(files(trees[1]).filter(path => below.has(path))).toEqual(['etc/ld.so.cache'])
  })

  test('programs find their libraries without the cache too', async () => {
    await rm(join(root, 'etc/ld.so.cache'))
    expect(await inside('/usr/bin/python3', '-c', everyModule)).toMatchObject({ code: 0 })
  })

  test('it is small', () => {
    expect(sizeOf(trees[0]) + sizeOf(trees[1])).toBeLessThan(56e6)
    expect(base.reduce((sum, each) => sum + each.size, 0)).toBeLessThan(20e6)
  })

  test('no device, no setuid, no path twice, nothing below a link', () => {
    const all = trees.flat()
    expect(all.filter(entry => entry.kind === 'file' && entry.mode > 0o777)).toEqual([])
    const links = new Set(all.filter(entry => entry.kind === 'link').map(entry => entry.path))
    const parents = (path: string): string[] => path.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))
    expect(all.filter(entry => parents(entry.path).some(parent => links.has(parent)))).toEqual([])
  })

  test('what is signed or hashed and then changed or cut off is refused', async () => {
    const { archive: address } = archive.mirrors
    const signed = Buffer.from((await get(`${address}/dists/${suite}/InRelease`)).body).toString()
    const keys = await archiveKeys('debian')
    expect(await verifySigned(signed, keys, 'InRelease')).toContain(`Codename: ${suite}`)
    const tampered = signed.replace(`Codename: ${suite}`, 'Codename: evil')
    await expect(verifySigned(tampered, keys, 'InRelease')).rejects.toMatchObject({ code: 'wrong-signature' })

    const dash = base.find(each => each.name === 'dash')!
    const { body } = await get(`${address}/${dash.path}`)
    const fresh = { mirrors: archive.mirrors, cache: openCache(join(work, 'fresh')) }
    await expect(fetchDebs([{ ...dash, sha256: '0'.repeat(64) }], fresh)).rejects.toMatchObject({ code: 'wrong-hash' })
    await writeFile(join(work, 'cut.deb'), body.subarray(0, body.length - 20_000))
    const into = join(work, `cut-${suite}`)
    await expect(unpackDeb(join(work, 'cut.deb'), 'dash', into)).rejects.toMatchObject({ code: 'bad-deb' })
  })

  test('libraries of popular wheels are mapped to packages', async () => {
    const libraries = await openLibraries(archive)
    const found = await Promise.all(
      ['libstdc++.so.6', 'libgomp.so.1', 'libmagic.so.1', 'libz.so.1', 'libGL.so.1', 'libpq.so.5', 'libnone.so.9'].map(
        soname => libraries.packageHolding(soname),
      ),
    )
    const magic = suite === 'trixie' ? 'libmagic1t64' : 'libmagic1'
    expect(found).toEqual(['libstdc++6', 'libgomp1', magic, 'zlib1g', 'libgl1', 'libpq5', null])
  })
})
