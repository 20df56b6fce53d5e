import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openCheckout } from './index.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'wherry-checkout-'))))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true })
})

function fill(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

const git = (...args: string[]): void => void execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' })

test('in git: tracked files and untracked ones that are not ignored', async () => {
  fill({
    'app.py': '',
    'new.py': '',
    '.gitignore': 'secret\nvenv/\n',
    secret: 's',
    'venv/lib/x.py': '',
    'gone.py': '',
    'a/b/c.py': '',
  })
  git('init', '-q')
  git('add', 'app.py', 'gone.py', '.gitignore')
  rmSync(join(root, 'gone.py'))
  const checkout = await openCheckout(root)
  expect(checkout.git).toBe(true)
  expect(checkout.files).toEqual(['.gitignore', 'a/b/c.py', 'app.py', 'new.py'])
  expect(checkout.children('')).toEqual(['.gitignore', 'a/', 'app.py', 'new.py'])
  expect(checkout.children('a')).toEqual(['b/'])
  expect([checkout.hasDirectory('a/b'), checkout.hasDirectory('venv')]).toEqual([true, false])
})

test('in git: submodules, and names that look like a list of git', async () => {
  const odd = ['100644 0123 0\tx.py', '? tracked.py', 'H 160000 a 0\tb']
  fill(Object.fromEntries([...odd, '? other.py'].map(name => [name, ''])))
  git('init', '-q')
  git('add', ...odd)
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor/module`)
  const checkout = await openCheckout(root)
  expect(checkout.files).toEqual([...odd, '? other.py'].sort())
  expect(checkout.submodules).toEqual(['vendor/module'])
})

test('without git: what .gitignore leaves, without virtual environments', async () => {
  fill({
    'app.py': '',
    'env/pyvenv.cfg': '',
    'env/x.py': '',
    '.gitignore': '*.log\n/build/\n',
    'a.log': '',
    'build/x': '',
    'sub/build/y': '',
  })
  fill({ 'sub/.gitignore': 'local.py\n', 'sub/local.py': '', 'sub/kept.py': '', 'node_modules/x/y.py': '' })
  const checkout = await openCheckout(root)
  expect(checkout.git).toBe(false)
  expect(checkout.files).toEqual(['.gitignore', 'app.py', 'sub/.gitignore', 'sub/build/y', 'sub/kept.py'])
})

test('a repository that configures a program for git to run does not run it', async () => {
  fill({ 'app.py': '', 'spy.sh': `#!/bin/sh\ntouch ${root}/ran\n` })
  execFileSync('chmod', ['+x', join(root, 'spy.sh')])
  git('init', '-q')
  git('config', 'core.fsmonitor', join(root, 'spy.sh'))
  const checkout = await openCheckout(root)
  expect(checkout.files).toEqual(['app.py', 'spy.sh'])
  expect((await openCheckout(root)).files).not.toContain('ran')
})

test('a repository inside an ignored folder of another one is read all the same', async () => {
  fill({ '.gitignore': 'inner/\n', 'inner/app.py': '' })
  git('init', '-q')
  expect((await openCheckout(join(root, 'inner'))).files).toEqual(['app.py'])
})

test('a FIFO is named, not read', async () => {
  fill({ 'app.py': '' })
  execFileSync('mkfifo', [join(root, 'requirements.txt')])
  git('init', '-q')
  const checkout = await openCheckout(root)
  expect(checkout.specials).toEqual(['requirements.txt'])
  expect(() => checkout.text('requirements.txt')).toThrow(expect.objectContaining({ code: 'not-a-file' }))
})

test('a link inside is followed, one that leaves is refused', async () => {
  fill({ 'real.txt': 'here' })
  symlinkSync('real.txt', join(root, 'inside.txt'))
  symlinkSync('/etc/hostname', join(root, 'outside.txt'))
  symlinkSync('nowhere', join(root, 'dangling.txt'))
  const checkout = await openCheckout(root)
  expect(checkout.text('inside.txt')).toBe('here')
  expect(() => checkout.text('outside.txt')).toThrow(expect.objectContaining({ code: 'link-outside' }))
  expect(() => checkout.text('dangling.txt')).toThrow(expect.objectContaining({ code: 'not-a-file' }))
  expect(checkout.text('absent.txt')).toBeNull()
})

test('what git tracks below a name that has become a link out of the repository does not belong', async () => {
  fill({ 'app.py': '', 'data/hostname': 'ours', 'data/deep/x': '' })
  git('init', '-q')
  git('add', '.')
  rmSync(join(root, 'data'), { recursive: true })
  symlinkSync('/etc', join(root, 'data'))
  const checkout = await openCheckout(root)
  expect(checkout.files).toEqual(['app.py', 'data'])
  expect(checkout.text('data/hostname')).toBeNull()
})

test('a directory that becomes a link after it was listed is not followed', async () => {
  fill({ 'data/hostname': 'ours' })
  const checkout = await openCheckout(root)
  rmSync(join(root, 'data'), { recursive: true })
  symlinkSync('/etc', join(root, 'data'))
  expect(() => checkout.text('data/hostname')).toThrow(expect.objectContaining({ code: 'link-outside' }))
})

test('a file that is gone since it was listed is said to be', async () => {
  fill({ 'app.py': '' })
  const checkout = await openCheckout(root)
  rmSync(join(root, 'app.py'))
  expect(() => checkout.text('app.py')).toThrow(expect.objectContaining({ code: 'not-a-file' }))
})

test('without git: a FIFO for a .gitignore keeps nobody waiting', async () => {
  fill({ 'app.py': '' })
  execFileSync('mkfifo', [join(root, '.gitignore')])
  expect((await openCheckout(root)).files).toEqual(['app.py'])
})

test('without git: an inner .gitignore takes back what an outer one says', async () => {
  fill({ '.gitignore': '*.log\n', 'sub/.gitignore': '!kept.log\n', 'sub/kept.log': '', 'sub/other.log': '' })
  expect((await openCheckout(root)).files).toEqual(['.gitignore', 'sub/.gitignore', 'sub/kept.log'])
})

test('run by a hook of another repository: the one that is asked about counts', async () => {
  fill({ 'app.py': '', 'other/else.py': '' })
  git('init', '-q')
  execFileSync('git', ['-C', join(root, 'other'), 'init', '-q'])
  vi.stubEnv('GIT_DIR', join(root, 'other', '.git'))
  vi.stubEnv('GIT_WORK_TREE', join(root, 'other'))
  expect((await openCheckout(root)).files).toEqual(['app.py'])
})

test('text in every encoding that editors write, up to a limit', async () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('flask\r\n', 'utf16le')])
  fill({
    'utf16.txt': utf16,
    'latin.txt': Buffer.from([0x63, 0x61, 0x66, 0xe9]),
    'bom.txt': '\uFEFFflask',
    'big.txt': 'x'.repeat(101),
  })
  const checkout = await openCheckout(root)
  expect(checkout.text('utf16.txt')).toBe('flask\n')
  expect(checkout.text('latin.txt')).toBe('café')
  expect(checkout.text('bom.txt')).toBe('flask')
  expect(() => checkout.text('big.txt', 100)).toThrow(expect.objectContaining({ code: 'file-too-large' }))
})

test('what is no directory is said so', async () => {
  await expect(openCheckout(join(root, 'absent'))).rejects.toMatchObject({ code: 'no-such-directory', exit: 2 })
})
