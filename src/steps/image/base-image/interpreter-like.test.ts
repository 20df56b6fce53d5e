import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { smallLock } from '../../../../test/support/small-lock.ts'
import type { Lock } from '../../../model/lock.ts'
import { interpreterLike, type BaseFiles } from './interpreter-like.ts'

const roots: string[] = []
afterAll(() => roots.splice(0).forEach(root => rmSync(root, { recursive: true })))

const interpreter = { executable: '/usr/local/bin/python3.12', library: '/usr/local/lib/python3.12', glibc: '2.36' }
const { base, ...rest } = smallLock({}, {})
const twin: Lock = {
  ...rest,
  python: '3.12.7',
  base: { ...base, kind: 'image', name: 'python:3.12-slim', reference: 'x', interpreter, held: [] },
}
const program = { 'usr/local/bin/python3.12': 'ELF' }
const header = 'usr/local/include/python3.12/patchlevel.h'

function files(tree: Readonly<Record<string, string>>, more: Partial<BaseFiles> = {}): BaseFiles {
  const root = mkdtempSync(join(tmpdir(), 'wherry-like-'))
  roots.push(root)
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return { root, held: [{ name: 'libc6', version: '2.41-12' }], env: {}, architecture: 'arm64', ...more }
}

const like = { executable: interpreter.executable, library: interpreter.library, glibc: '2.41', version: '3.12.7' }

test.each([
  ['its headers', files({ ...program, [header]: '#define PY_VERSION              "3.12.7"\n' })],
  ['its variable', files(program, { env: { PYTHON_VERSION: '3.12.7' } })],
])('the same release by %s is taken, with the C library of its own record', (_, given) => {
  expect(interpreterLike(twin, given)).toEqual(like)
})

test('the release of Debian’s package counts where nothing else tells', () => {
  const held = [
    { name: 'libc6', version: '2.41-12' },
    { name: 'python3.12-minimal', version: '3.12.7-3' },
  ]
  expect(interpreterLike(twin, files(program, { held }))).toEqual(like)
})

test.each([
  ['another release', () => files(program, { env: { PYTHON_VERSION: '3.12.8' } })],
  [
    'headers that speak of another',
    () => files({ ...program, [header]: '#define PY_VERSION "3.12.8"\n' }, { env: { PYTHON_VERSION: '3.12.7' } }),
  ],
  ['nothing that tells', () => files(program)],
  ['no such program', () => files({}, { env: { PYTHON_VERSION: '3.12.7' } })],
])('%s is refused', (_, given) => {
  expect(() => interpreterLike(twin, given())).toThrow(expect.objectContaining({ code: 'twin-differs' }))
})
