import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunResult } from '../../../engines/engine.ts'
import { exec } from '../../../kit/exec.ts'
import type { Inside } from '../inside.ts'
import { findInterpreter } from './find-interpreter.ts'

/** Programs of a base, started on this machine from where they lie: what they say is all that counts here. */

let root: string
let inside: Inside

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wherry-interpreter-'))
  const run = async ({ argv: [program, ...words], input = '' }: Parameters<Inside['run']>[0]) =>
    ({ ...(await exec([join(root, program), ...words], { input: await input })) }) as unknown as RunResult
  inside = { layers: [root], run } as unknown as Inside
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function program(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), `#!/bin/sh\n${text}\n`)
  chmodSync(join(root, path), 0o755)
}

const said = {
  implementation: 'cpython',
  version: '3.12.7',
  executable: '/usr/local/bin/python3.12',
  library: '/usr/local/lib/python3.12',
  libc: 'glibc 2.41',
  freeThreaded: false,
}

const says = (change: object = {}): string => `cat >/dev/null; echo '${JSON.stringify({ ...said, ...change })}'`
const find = (minor = '3.12') =>
  findInterpreter(inside, { reference: 'base', minor, searched: '/usr/local/bin:/usr/bin', root })

test('the first one in PATH is asked what it is', async () => {
  program('usr/bin/python3', says({ version: '3.11.2' }))
  program('usr/local/bin/python3', says())
  expect(await find()).toEqual({
    version: '3.12.7',
    executable: '/usr/local/bin/python3.12',
    library: '/usr/local/lib/python3.12',
    glibc: '2.41',
  })
  await expect(find('3.13')).rejects.toMatchObject({
    code: 'wrong-base-python',
    next: expect.stringContaining('"3.12"'),
  })
})

test('one that does not run is told of; another behind it is not what the base means', async () => {
  program('usr/bin/python3', says())
  program('usr/local/bin/python3', 'echo "libpython3.12.so.1.0: cannot open shared object file" >&2; exit 127')
  await expect(find()).rejects.toMatchObject({
    code: 'unsupported-base',
    evidence: [{ text: 'libpython3.12.so.1.0: cannot open shared object file' }],
  })
})

test.each([
  ['PyPy', says({ implementation: 'pypy' })],
  ['musl', says({ libc: null })],
  ['a free-threaded build', says({ freeThreaded: true })],
  ['what is no answer', 'echo hello'],
  ['a path that is none', says({ executable: 'python' })],
])('%s is refused', async (_, text) => {
  program('usr/bin/python3', text)
  await expect(find()).rejects.toMatchObject({ code: 'unsupported-base' })
})

test('none is refused', async () => {
  await expect(find()).rejects.toMatchObject({ code: 'unsupported-base' })
})
