import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packagesOfBase, readText, suiteOfBase } from './read-base.ts'
import { userEntries } from './user.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wherry-base-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function linesOf(path: string): string[] {
  const entry = userEntries(root).find(each => each.path === path)
  if (entry?.kind !== 'file' || !('data' in entry.bytes)) return []
  return Buffer.from(entry.bytes.data).toString().trim().split('\n')
}

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_CODENAME=bookworm\n', 'bookworm'],
  ['VERSION_CODENAME="noble"\nUBUNTU_CODENAME=noble\n', 'noble'],
])('%j is %s', (text, suite) => {
  write('usr/lib/os-release', text)
  expect(suiteOfBase(root, 'base')).toBe(suite)
})

test.each(['ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n', 'VERSION_CODENAME=buster\n', ''])('%j is refused', text => {
  write('etc/os-release', text)
  expect(() => suiteOfBase(root, 'base')).toThrow(expect.objectContaining({ code: 'unsupported-base' }))
})

test('packages are those that are installed, from dpkg’s record and from images without it', () => {
  const status = (name: string, state: string): string => `Package: ${name}\nStatus: ${state}\nVersion: 1:2-3\n`
  write('var/lib/dpkg/status', `${status('b', 'install ok installed')}\n${status('gone', 'deinstall ok config-files')}`)
  write('var/lib/dpkg/status.d/a', 'Package: a\nVersion: 4\n')
  write('var/lib/dpkg/status.d/a.md5sums', 'x')
  expect(packagesOfBase(root)).toEqual([
    { name: 'a', version: '4' },
    { name: 'b', version: '1:2-3' },
  ])
})

test('a link in a base leads nowhere', () => {
  symlinkSync('/etc', join(root, 'etc'))
  mkdirSync(join(root, 'usr'))
  symlinkSync('/etc/passwd', join(root, 'usr/passwd'))
  expect([readText(root, 'etc/passwd'), readText(root, 'usr/passwd'), readText(root, '../etc/passwd')]).toEqual([
    null,
    null,
    null,
  ])
})

test('our user stands beside those of the base, unless the base has its number', () => {
  write('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:')
  expect(linesOf('etc/passwd')).toEqual([
    'root:x:0:0:root:/root:/bin/sh',
    'www-data:x:33:33::/:',
    'app:x:10001:10001:app:/home/app:/usr/sbin/nologin',
  ])
  expect(linesOf('etc/group')).toEqual(['app:x:10001:'])
  write('etc/passwd', 'me:x:10001:10001::/home/me:/bin/sh\n')
  expect(linesOf('etc/passwd')).toEqual([])
})
