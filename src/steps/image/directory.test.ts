import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findWritten, readDirectory } from './directory.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'directory-'))
  mkdirSync(join(root, 'app/static'), { recursive: true })
  writeFileSync(join(root, 'app/static/a.css'), 'a')
})
afterEach(() => rmSync(root, { recursive: true }))

test('a path is followed through directories', () => {
  expect(findWritten(root, '/app/static')).toBe(join(root, 'app/static'))
  expect(findWritten(root, '/app/./static/')).toBe(join(root, 'app/static'))
  expect(findWritten(root, '/app/none')).toBeNull()
  expect(findWritten(root, '/app/static/a.css')).toBeNull()
})

test('a path never leaves: not by a link to this machine, not upwards', () => {
  symlinkSync('/etc', join(root, 'evil'))
  expect(findWritten(root, '/evil')).toBeNull()
  expect(findWritten(root, '/evil/ssl')).toBeNull()
  expect(findWritten(root, '/../../etc')).toBeNull()
  expect(findWritten(root, '/app/../../etc')).toBeNull()
})

test('a link inside is an entry, and nothing behind it is read', () => {
  symlinkSync('/etc', join(root, 'app/static/etc'))
  expect(readDirectory(join(root, 'app/static'), 's')).toEqual([
    { kind: 'directory', path: 's', mode: 0o755 },
    { kind: 'file', path: 's/a.css', mode: 0o644, size: 1, bytes: { file: join(root, 'app/static/a.css') } },
    { kind: 'link', path: 's/etc', target: '/etc' },
  ])
})

test('a name that is not UTF-8 is passed over', () => {
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'app/static/')), Buffer.from([0xff, 0x61])]), 'x')
  expect(readDirectory(join(root, 'app/static'), 's').map(({ path }) => path)).toEqual(['s', 's/a.css'])
})
