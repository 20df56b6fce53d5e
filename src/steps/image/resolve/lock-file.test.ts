import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeRepository, removeRepository } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../model/lock.ts'
import { readLocks, writeLock } from './lock-file.ts'

let root: string
beforeEach(() => {
  root = makeRepository({ 'backend/app.py': '', '.gitignore': 'wherry.lock\n' })
})
afterEach(() => removeRepository(root))

const wheel = {
  name: 'flask',
  version: '3.1.2',
  file: 'flask-3.1.2-py3-none-any.whl',
  url: 'https://files.example/flask-3.1.2-py3-none-any.whl',
  size: 1,
  sha256: 'a'.repeat(64),
}
const lock: Lock = {
  requirements: 'b'.repeat(64),
  python: '3.13.5',
  base: {
    kind: 'debian',
    suite: 'trixie',
    architecture: 'amd64',
    mirrors: { archive: 'https://mirror.example/debian', security: null },
    packages: [
      { name: 'libc6', version: '2.41-12', pocket: 'main', path: 'pool/l.deb', size: 1, sha256: 'c'.repeat(64) },
    ],
    nginx: [],
    libraries: [],
  },
  wheels: [wheel],
  sdists: [
    { ...wheel, file: 'x-1.tar.gz', build: { wheels: [wheel], packages: [] } },
    { ...wheel, file: 'y-1.tar.gz', build: { wheels: [], packages: null } },
  ],
  compiler: [],
  server: { name: 'gunicorn', version: '27.0.1' },
  systemLibraries: [],
  data: [{ path: 'a.db', kind: 'sqlite' }],
  frontEnd: null,
  asOf: null,
}

const read = async (file = 'backend/wherry.lock') => readLocks(await openCheckout(root), file)

test('what is written beside the app is read again, also where git ignores it', async () => {
  const checkout = await openCheckout(root)
  expect(await read()).toEqual({})
  expect(await writeLock(checkout, 'backend/wherry.lock', lock)).toBe(true)
  expect(await read()).toEqual({ 'linux/amd64': lock })
  expect(await read('wherry.lock')).toEqual({})
  expect(readFileSync(join(root, 'backend/wherry.lock'), 'utf8').endsWith('}\n')).toBe(true)
})

test('two platforms lie side by side, in one order, and neither throws the other away', async () => {
  const checkout = await openCheckout(root)
  const other: Lock = { ...lock, base: { ...lock.base, architecture: 'arm64' }, asOf: '2026-01-01T00:00:00Z' }
  const file = join(root, 'backend/wherry.lock')
  for (const each of [other, lock]) await writeLock(checkout, 'backend/wherry.lock', each)
  const written = readFileSync(file, 'utf8')
  expect(await read()).toEqual({ 'linux/amd64': lock, 'linux/arm64': other })
  for (const each of [lock, other]) await writeLock(checkout, 'backend/wherry.lock', each)
  expect(readFileSync(file, 'utf8')).toBe(written)
})

test('the first version of the file held one platform, and is read as that', async () => {
  writeFileSync(join(root, 'backend/wherry.lock'), JSON.stringify({ version: 1, ...lock }))
  expect(await read()).toEqual({ 'linux/amd64': lock })
})

test('where it cannot be written, nothing is left', async () => {
  const checkout = await openCheckout(root)
  mkdirSync(join(root, 'backend/wherry.lock/x'), { recursive: true })
  await expect(writeLock(checkout, 'backend/wherry.lock', lock)).rejects.toThrow('cannot be read')
  rmSync(join(root, 'backend/wherry.lock'), { recursive: true })
  // A directory where the new file is written first stands in the way.
  mkdirSync(join(root, `backend/wherry.lock.${process.pid}`))
  expect(await writeLock(checkout, 'backend/wherry.lock', lock)).toBe(false)
  expect(readdirSync(join(root, 'backend')).filter(name => name === 'wherry.lock')).toEqual([])
})

const second = { version: 2, platforms: { 'linux/amd64': lock } }

test.each([
  ['a merge conflict', '<<<<<<< HEAD\n{}'],
  ['a newer version', JSON.stringify({ ...second, version: 3 })],
  ['a platform that is none', JSON.stringify(second).replace('linux/amd64', 'linux/riscv64')],
  ['a lock of another platform', JSON.stringify(second).replace('linux/amd64', 'linux/arm64')],
  ['a package outside of the archive', JSON.stringify(second).replace('pool/l.deb', '../../l.deb')],
  ['a file that is a path', JSON.stringify(second).replaceAll('flask-3.1.2-py3-none-any.whl"', '../x.whl"')],
  ['a hash that is none', JSON.stringify(second).replaceAll('a'.repeat(64), 'a')],
  ['a git address without a commit', JSON.stringify(second).replaceAll(wheel.url, 'git+https://h.example/x@main')],
  [
    'an option in place of a commit',
    JSON.stringify(second).replaceAll(wheel.url, 'git+https://h.example/x@--output=/x'),
  ],
  ['an address of another kind', JSON.stringify(second).replaceAll('https://files', 'ext://files')],
])('%s is refused by name', async (_, text) => {
  writeFileSync(join(root, 'backend/wherry.lock'), text)
  await expect(read()).rejects.toThrow(expect.objectContaining({ code: 'invalid-wherry-lock' }))
})

test('a link where it is written first is not followed', async () => {
  const checkout = await openCheckout(root)
  symlinkSync(join(root, 'backend/app.py'), join(root, `backend/wherry.lock.${process.pid}`))
  await writeLock(checkout, 'backend/wherry.lock', lock)
  expect(readFileSync(join(root, 'backend/app.py'), 'utf8')).toBe('')
})

test('a link in its place is not followed', async () => {
  symlinkSync('/etc/passwd', join(root, 'wherry.lock'))
  await expect(read('wherry.lock')).rejects.toThrow(expect.objectContaining({ code: 'invalid-wherry-lock' }))
})
