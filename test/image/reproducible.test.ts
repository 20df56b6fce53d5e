import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import type { Layer } from '../../src/model/image.ts'
import { apt } from '../support/apt.ts'
import { startDockerd } from '../support/dockerd.ts'
import { startPodman } from '../support/podman.ts'
import { commit } from '../support/repository.ts'
import { sharedCache } from '../support/image-place.ts'
import { ownLock } from '../support/own-lock.ts'

/**
 * Same inputs, same digest: of one app that has everything an image can have (static files collected, a distribution built from source,
 * metadata of its own), made under every circumstance that must not matter. The inputs are the tree and wherry.lock.
 */
const project = resolve(import.meta.dirname, '../..')
const user = `wherry-${process.pid}`
let root: string
let first: Result

interface Result {
  readonly digest: string
  readonly layers: readonly Layer[]
}

interface Circumstances {
  readonly directory: string
  readonly cache?: string
  readonly env?: Readonly<Record<string, string>>
  /** What stands before the program: `setpriv …`, `unshare -n`. */
  readonly under?: readonly string[]
}

async function make({ directory, cache = sharedCache, env = {}, under = [] }: Circumstances): Promise<Result> {
  const plain = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/root', LANG: 'C.UTF-8' }
  const [program, ...args] = [...under, join(project, 'bin/wherry'), 'image', '--json', '--quiet', directory]
  const result = await exec([program, ...args], { env: { ...plain, WHERRY_CACHE: cache, ...env }, timeout: 400_000 })
  if (result.code !== 0) throw new Error(`${result.stdout}\n${result.stderr}`)
  return JSON.parse(result.stdout) as Result
}

/** A copy of the repository somewhere else, with the lock and without any trace of git. */
function copyTo(path: string): string {
  const directory = join(root, path)
  mkdirSync(join(directory, '..'), { recursive: true })
  cpSync(join(root, 'first/shop'), directory, { recursive: true, filter: from => !from.endsWith('/.git') })
  return directory
}

/** A cache that holds what was downloaded, and nothing that was made of it. */
function downloadsOnly(name: string): string {
  const cache = join(root, name)
  for (const kind of readdirSync(sharedCache))
    if (/^(?:deb-\d+|wheel|sdist)$/.test(kind)) cpSync(join(sharedCache, kind), join(cache, kind), { recursive: true })
  return cache
}

beforeAll(async () => {
  await apt('faketime', 'git')
  root = mkdtempSync(join(tmpdir(), 'wherry-reproducible-'))
  execFileSync('chmod', ['755', root])
  execFileSync('useradd', ['--create-home', '--home-dir', join(root, 'home'), '--shell', '/bin/false', user])
  const directory = join(root, 'first/shop')
  cpSync(join(project, 'examples/django-shop'), directory, { recursive: true })
  rmSync(join(directory, 'expect.json'), { force: true })
  const requirements = join(directory, 'requirements.txt')
  writeFileSync(requirements, `${readFileSync(requirements, 'utf8').trim()}\ndocopt==0.6.2\n`)
  writeFileSync(join(directory, 'setup.cfg'), '[metadata]\nname = shop\nversion = 1.0\n')
  writeFileSync(join(directory, 'broken.py'), 'print "Python 2"\n')
  commit(directory, '2026-11-20T00:00:00Z')
  first = await make({ directory })
})

afterAll(() => {
  execFileSync('userdel', [user])
  rmSync(root, { recursive: true, force: true })
})

test('the app has all that is to be tested', () => {
  const lock = ownLock(join(root, 'first/shop/wherry.lock'))
  expect(lock.sdists).toMatchObject([{ name: 'docopt', build: { wheels: [{ name: 'setuptools' }] } }])
  expect(first.layers.map(({ what }) => what)).toContain('static files')
})

test('in another directory, in another year, time zone and language, without any network: the same digest', async () => {
  const directory = copyTo('elsewhere/deeper/shop')
  const env = { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  const under = ['unshare', '-n', 'faketime', '-f', '+400d']
  const again = await make({ directory, cache: downloadsOnly('later'), env, under })
  expect(again).toEqual(first)
})

test('as another user with a strict umask and an empty cache: the same digest', async () => {
  const directory = copyTo('home/work/shop')
  const cache = join(root, 'home/cache')
  execFileSync('chown', ['-R', `${user}:`, join(root, 'home')])
  execFileSync('chmod', ['-R', 'go-rwx', directory])
  const identity = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups']
  const under = [...identity, 'sh', '-c', 'umask 077; exec "$@"', 'sh']
  const again = await make({ directory, cache, env: { HOME: join(root, 'home'), TZ: 'America/St_Johns' }, under })
  expect(again).toEqual(first)
  expect(readdirSync(join(cache, 'tmp'))).toEqual([])
})

test('resolved anew from the same commit: the same digest', async () => {
  const directory = join(root, 'anew/shop')
  cpSync(join(root, 'first/shop'), directory, { recursive: true })
  rmSync(join(directory, 'wherry.lock'))
  expect((await make({ directory })).digest).toBe(first.digest)
})

test.each(['docker', 'podman'] as const)('where %s runs what is run in the image: the same digest', async engine => {
  const daemon = await (engine === 'docker' ? startDockerd() : startPodman())
  try {
    const directory = copyTo(`${engine}/shop`)
    // One is asked for; the other steps in where the kernel refuses sandboxes, and resolves, builds and starts it there, too.
    const asked = engine === 'podman'
    if (!asked) rmSync(join(directory, 'wherry.lock'))
    const env = { ...(asked ? { WHERRY_ENGINE: engine } : {}), DOCKER_HOST: daemon.host, CONTAINER_HOST: daemon.host }
    const under = asked ? [] : ['python3', join(project, 'test/support/without-namespaces.py')]
    commit(directory, '2026-11-20T00:00:00Z')
    expect(await make({ directory, cache: downloadsOnly(engine), env, under })).toEqual(first)
  } finally {
    await daemon.stop()
  }
})

test('a changed line changes the layer of the app and no other', async () => {
  const directory = copyTo('changed/shop')
  const views = join(directory, 'catalog/views.py')
  writeFileSync(views, readFileSync(views, 'utf8').replace('quantity = int', 'quantity = +int'))
  const changed = await make({ directory })
  expect(changed.digest).not.toBe(first.digest)
  const others = ({ layers }: Result): string[] =>
    layers.filter(({ what }) => what !== 'app').map(({ digest }) => digest)
  expect(others(changed)).toEqual(others(first))
})
