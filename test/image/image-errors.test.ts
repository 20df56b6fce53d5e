import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeCheckedToken } from '../support/checked-token.ts'
import { makeSdist } from '../support/make-sdist.ts'
import { addFiles, commit, makeRepository, removeRepository, type Files } from '../support/repository.ts'
import { makeImageOf, sharedCache, unfinished } from '../support/image-place.ts'
import { startIndex, type SimpleIndex } from '../support/simple-index.ts'

/** Every bad input has its code, leaves nothing behind, and does not stand in the way of the next good build. */

const project = resolve(import.meta.dirname, '../..')
const good: Files = {
  'app.py': 'from flask import Flask\napp = Flask(__name__)\n\n@app.get("/")\ndef index():\n    return "hello"\n',
  'requirements.txt': 'flask==3.1.2\n',
}
// Put together here, so that no scanner takes this file for a leak.
const token = makeCheckedToken('ghp_')
const key = ['-----BEGIN', 'PRIVATE', 'KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAg==\n'].join(' ')

const broken = makeSdist('own', '1.0', { 'setup.py': 'raise SystemExit("no")\n' })

const repositories: string[] = []
afterAll(() => {
  for (const root of repositories) removeRepository(root)
})

function repository(files: Files = {}): string {
  const root = makeRepository({ ...good, ...files })
  repositories.push(root)
  return root
}

/** The error of a build, which must leave nothing; then the repository is mended, and the image made. */
async function refusalOf(files: Files, { cache = sharedCache, mend = good } = {}): Promise<unknown> {
  const root = repository(files)
  const error = await makeImageOf(root, { cache }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(await unfinished(cache)).toEqual([])
  expect(existsSync(join(root, 'wherry.lock'))).toBe('wherry.lock' in files)
  for (const path of Object.keys(files)) rmSync(join(root, path), { recursive: true, force: true })
  addFiles(root, mend)
  expect((await makeImageOf(root, { cache })).made.image.layers.length).toBeGreaterThan(3)
  return error
}

describe('inputs', () => {
  test.each<[string, Files, string]>([
    [
      'a source distribution that does not build',
      { 'requirements.txt': 'flask==3.1.2\n./own-1.0.tar.gz\n', 'own-1.0.tar.gz': broken },
      'sdist-does-not-build',
    ],
    ['a Python whose support has ended', { '.python-version': '3.9\n' }, 'unsupported-python'],
    [
      'a program that is its own server and lacks a module',
      {
        'requirements.txt': 'tornado==6.5.2\n',
        'app.py':
          'import tornado.ioloop\nimport tornado.web\nimport no_such_module\n\nif __name__ == "__main__":\n    tornado.web.Application([]).listen(8000)\n    tornado.ioloop.IOLoop.current().start()\n',
      },
      'module-not-installed',
    ],
    ['a base nobody serves', { 'wherry.toml': '[image]\nbase = "127.0.0.1:9/python:3.13"\n' }, 'registry-unreachable'],
    ['versions that exclude each other', { 'requirements.txt': 'flask==3.1.2\nwerkzeug<2\n' }, 'cannot-resolve'],
    ['a package nobody knows', { 'requirements.txt': 'flask==3.1.2\nno-such-thing-4711-wherry\n' }, 'cannot-resolve'],
    [
      'a git repository that is not there',
      { 'requirements.txt': 'flask\ngit+https://x.example/y.git#egg=y\n' },
      'git-failed',
    ],
    ['only packages for Windows', { 'requirements.txt': 'flask ; sys_platform == "win32"\n' }, 'empty-environment'],
    ['a token in a source', { 'conf.py': `TOKEN = "${token}"\n` }, 'secret-in-source'],
    ['a private key in a source', { 'conf.py': `KEY = """${key}"""\n` }, 'secret-in-source'],
    ['TOML of 10 MB', { 'pyproject.toml': `x = "${'a'.repeat(10_000_000)}"\n` }, 'file-too-large'],
    ['a damaged wherry.lock', { 'wherry.lock': '{"version": 1}' }, 'invalid-wherry-lock'],
    ['a name that deletes files', { '.wh.app.py': '' }, 'whiteout-name'],
  ])('%s', async (_, files, code) => {
    expect(await refusalOf(files)).toMatchObject({ code })
  })

  test('a link that leads out of the repository', async () => {
    const root = repository()
    symlinkSync('/etc/passwd', join(root, 'passwd'))
    await expect(makeImageOf(root)).rejects.toMatchObject({ code: 'link-outside' })
    addFiles(root, { 'wherry.toml': '[image]\nexclude = ["passwd"]\n' })
    const { made } = await makeImageOf(root)
    expect(made.layers.some(layer => existsSync(join(layer, 'app/passwd')))).toBe(false)
  })

  test('collectstatic that needs a variable says which', async () => {
    const root = repository()
    cpSync(join(project, 'examples/django-shop'), root, { recursive: true })
    const settings = readFileSync(join(root, 'shop/settings.py'), 'utf8')
    addFiles(root, { 'shop/settings.py': `${settings}\nBUCKET = os.environ["ASSET_BUCKET"]\n` })
    rmSync(join(root, 'app.py'))
    const failing = makeImageOf(root)
    await expect(failing).rejects.toMatchObject({
      code: 'collectstatic-failed',
      next: expect.stringContaining('ASSET_BUCKET'),
    })
    expect(await unfinished(sharedCache)).toEqual([])
    addFiles(root, { 'wherry.toml': '[env]\nASSET_BUCKET = "x"\n' })
    expect((await makeImageOf(root)).made.statics).toEqual([{ url: '/static/', directory: '/app/staticfiles' }])
  })
})

describe('secrets', () => {
  const files: Files = {
    '.env': 'PASSWORD=hunter2\n',
    'deploy/id_rsa': key,
    'conf.py': 'x = 1\n',
    '.env.example': 'PASSWORD=\n',
  }

  test('stay out of every layer and are named', async () => {
    const { made, told } = await makeImageOf(repository(files))
    expect(told).toContain('left out as secret: .env and deploy/id_rsa')
    const [app = ''] = made.layers.slice(-1)
    expect(readdirSync(join(app, 'app')).sort()).toEqual([
      '.env.example',
      '__pycache__',
      'app.py',
      'conf.py',
      'requirements.txt',
    ])
  })

  test('enter where the repository decides so', async () => {
    const config = '[image]\nallow-secrets = [".env", "tests/key.pem"]\n'
    const { made } = await makeImageOf(repository({ ...files, 'tests/key.pem': key, 'wherry.toml': config }))
    const [app = ''] = made.layers.slice(-1)
    expect(readFileSync(join(app, 'app/.env'), 'utf8')).toBe('PASSWORD=hunter2\n')
    expect(existsSync(join(app, 'app/tests/key.pem'))).toBe(true)
    expect(existsSync(join(app, 'app/deploy'))).toBe(false)
  })
})

describe('a registry', () => {
  let place: string
  let cache: string
  let index: SimpleIndex
  let flask: string
  let environment: Readonly<Record<string, string | undefined>>

  beforeAll(async () => {
    // Made once from the real index: its wheels are what the local one serves.
    const { made } = await makeImageOf(repository())
    const { wheels } = made.lock
    const served = wheels.map(distribution => ({ distribution, path: join(sharedCache, 'wheel', distribution.sha256) }))
    index = await startIndex(served, { user: 'me', password: 'hunter2' })
    flask = wheels.find(({ name }) => name === 'flask')?.file ?? ''
    place = mkdtempSync(join(tmpdir(), 'wherry-registry-'))
    mkdirSync(join(place, 'bin'))
    // The base is made already; what comes from the index is not.
    cache = join(place, 'cache')
    mkdirSync(cache)
    const kinds = readdirSync(sharedCache).filter(kind => /^(?:deb|layer-tree|oci|bytecode)/.test(kind))
    execFileSync('cp', ['-a', '--link', ...kinds.map(kind => join(sharedCache, kind)), cache])
    const [uv = ''] = readdirSync(join(sharedCache, 'uv'))
    symlinkSync(join(sharedCache, 'uv', uv), join(place, 'bin/uv'))
    environment = { PATH: process.env['PATH'], UV_DEFAULT_INDEX: process.env['UV_DEFAULT_INDEX'] }
    process.env['PATH'] = `${join(place, 'bin')}:${environment['PATH']}`
    process.env['UV_DEFAULT_INDEX'] = index.url
  })
  beforeEach(() => {
    index.mend()
    index.asked.length = 0
    for (const kind of ['wheel', 'wheel-files', 'wheel-layers', 'uv-cache'])
      rmSync(join(cache, kind), { recursive: true, force: true })
  })
  afterAll(async () => {
    for (const [name, value] of Object.entries(environment)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    await index.close()
    rmSync(place, { recursive: true, force: true })
  })

  test.each([
    ['other bytes', 'corrupt', 'wrong-hash'],
    ['an error that stays', 503, 'download-failed'],
    ['nothing', 404, 'distribution-gone'],
    ['half of a file, each time', 'cut', 'download-failed'],
  ] as const)('that serves %s', async (_, fault, code) => {
    const root = repository()
    index.fail(flask, fault)
    const error = await makeImageOf(root, { cache }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect(await unfinished(cache)).toEqual([])
    index.mend()
    expect((await makeImageOf(root, { cache })).made.lock.wheels.map(({ name }) => name)).toContain('flask')
  })

  test('that stalls once and cuts another file once is waited for', async () => {
    index.fail(flask, 'stall', 1)
    index.fail(index.asked[0] ?? 'blinker-1.9.0-py3-none-any.whl', 'cut', 1)
    expect((await makeImageOf(repository(), { cache })).made.lock.wheels.map(({ name }) => name)).toContain('flask')
    expect(index.asked.filter(path => path === `/files/${flask}`)).toHaveLength(2)
  })

  test('that wants a password gets it; the lock and what is told do not', async () => {
    const root = repository()
    const { made, told } = await makeImageOf(root, { cache })
    const lock = readFileSync(join(root, 'wherry.lock'), 'utf8')
    expect(lock).toContain('127.0.0.1')
    expect(`${lock}${told.join('\n')}${JSON.stringify(made.image)}`).not.toContain('hunter2')
    // The lock is enough, with the setting: nothing is resolved again.
    rmSync(join(cache, 'wheel'), { recursive: true })
    rmSync(join(cache, 'wheel-layers'), { recursive: true })
    index.asked.length = 0
    expect((await makeImageOf(root, { cache })).made.image.digest).toBe(made.image.digest)
    expect(index.asked.filter(path => path.startsWith('/simple'))).toEqual([])
    expect(index.asked.length).toBeGreaterThan(5)
  })

  test('that refuses the password is named as the reason', async () => {
    process.env['UV_DEFAULT_INDEX'] = index.url.replace('hunter2', 'wrong')
    try {
      await expect(makeImageOf(repository(), { cache })).rejects.toMatchObject({ code: 'index-refused' })
    } finally {
      process.env['UV_DEFAULT_INDEX'] = index.url
    }
  })

  test('that is not there is no fault of the requirements', async () => {
    process.env['UV_DEFAULT_INDEX'] = 'http://127.0.0.1:9/simple'
    try {
      await expect(makeImageOf(repository(), { cache })).rejects.toMatchObject({ code: 'download-failed', exit: 75 })
    } finally {
      process.env['UV_DEFAULT_INDEX'] = index.url
    }
  })
})

describe('a full disk', () => {
  let disk: string
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'wherry-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', disk])
  })
  afterEach(() => {
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })

  test('under the cache: a named error, and the next build takes what is there', async () => {
    const root = repository()
    const cache = join(disk, 'cache')
    await expect(makeImageOf(root, { cache })).rejects.toMatchObject({ code: 'disk-full' })
    expect(await unfinished(cache)).toEqual([])
    execFileSync('mount', ['-o', 'remount,size=1500m', disk])
    expect((await makeImageOf(root, { cache })).made.image.layers.length).toBeGreaterThan(3)
  })

  test('under the repository: the image is made, and it is said that no lock is kept', async () => {
    const root = join(disk, 'app')
    mkdirSync(root)
    addFiles(root, good)
    commit(root)
    execFileSync('sh', ['-c', 'cat /dev/zero > fill || true'], { cwd: disk, stdio: 'ignore' })
    const { made, told } = await makeImageOf(root)
    expect(made.image.layers.length).toBeGreaterThan(3)
    expect(told.join('\n')).toContain('wherry.lock cannot be written')
    expect(readdirSync(root).sort()).toEqual(['.git', 'app.py', 'requirements.txt'])
  })
})
