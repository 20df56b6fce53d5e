import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeRepository, removeRepository } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { Lock } from '../../../model/lock.ts'
import { readLockFile, writeLockFile } from './lock-file.ts'

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
  version: 1,
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

test('what is written beside the app is read again, also where git ignores it', async () => {
  const checkout = await openCheckout(root)
  expect(readLockFile(checkout, 'backend/wherry.lock')).toBeNull()
  expect(await writeLockFile(checkout, 'backend/wherry.lock', lock)).toBe(true)
  expect(readLockFile(checkout, 'backend/wherry.lock')).toEqual(lock)
  expect(readLockFile(checkout, 'wherry.lock')).toBeNull()
  expect(readFileSync(join(root, 'backend/wherry.lock'), 'utf8').endsWith('}\n')).toBe(true)
})

test('where it cannot be written, nothing is left', async () => {
  const checkout = await openCheckout(root)
  mkdirSync(join(root, 'backend/wherry.lock/x'), { recursive: true })
  expect(await writeLockFile(checkout, 'backend/wherry.lock', lock)).toBe(false)
  expect(readdirSync(join(root, 'backend')).sort()).toEqual(['app.py', 'wherry.lock'])
})

test.each([
  ['a merge conflict', '<<<<<<< HEAD\n{}'],
  ['a newer version', JSON.stringify({ ...lock, version: 2 })],
  ['a package outside of the archive', JSON.stringify(lock).replace('pool/l.deb', '../../l.deb')],
  ['a file that is a path', JSON.stringify(lock).replaceAll('flask-3.1.2-py3-none-any.whl"', '../x.whl"')],
  ['a hash that is none', JSON.stringify(lock).replaceAll('a'.repeat(64), 'a')],
  ['an address of another kind', JSON.stringify(lock).replaceAll('https://files', 'ext://files')],
])('%s is refused by name', async (_, text) => {
  writeFileSync(join(root, 'backend/wherry.lock'), text)
  const checkout = await openCheckout(root)
  expect(() => readLockFile(checkout, 'backend/wherry.lock')).toThrow(
    expect.objectContaining({ code: 'invalid-wherry-lock' }),
  )
})

test('a link in its place is not followed', async () => {
  symlinkSync('/etc/passwd', join(root, 'wherry.lock'))
  const checkout = await openCheckout(root)
  expect(() => readLockFile(checkout, 'wherry.lock')).toThrow(expect.objectContaining({ code: 'invalid-wherry-lock' }))
})
