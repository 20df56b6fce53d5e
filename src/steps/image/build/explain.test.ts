import { expect, test } from 'vitest'
import { explainBuild, wantsCompiler } from './explain.ts'

const sdist = { name: 'own', version: '1.0' }
const header = (packages: readonly string[]) => [{ kind: 'header', name: 'a/b.h', packages } as const]

test('what is missing is named, with the packages that have it and the setting that adds one', () => {
  expect(explainBuild(sdist, 'x\nfatal error: a/b.h', header(['liba-dev', 'libb-dev']))).toMatchObject({
    code: 'build-needs-package',
    message: expect.stringContaining('own 1.0'),
    why: expect.stringContaining('liba-dev and libb-dev'),
    next: expect.stringContaining('image.build-packages = ["liba-dev"]'),
    evidence: [{ text: 'x' }, { text: 'fatal error: a/b.h' }],
  })
  expect(explainBuild(sdist, '', header([]))).toMatchObject({
    code: 'build-needs-package',
    next: expect.not.stringContaining('build-packages'),
  })
})

test('a program that nobody has heard of is not the reason', () => {
  const missing = [{ kind: 'program', name: 'README', packages: [] }] as const
  expect(explainBuild(sdist, 'x', missing)).toMatchObject({ code: 'sdist-does-not-build' })
})

test('a build that fails for another reason shows its last lines and the way out', () => {
  const error = explainBuild({ name: 'psycopg2', version: '2.7' }, 'error: no such field')
  expect(error).toMatchObject({ code: 'sdist-does-not-build', evidence: [{ text: 'error: no such field' }] })
  expect(error).toMatchObject({ next: expect.stringContaining('psycopg2-binary') })
})

test.each([
  ['error: package `x v1` cannot be built because it requires rustc 1.85 or newer', 'newer Rust'],
  ['error: rustc 1.63.0 is not supported by the following package', 'newer Rust'],
  ['error: failed to get `cc` as a dependency\n  [6] Could not resolve host: cargo', 'no network'],
])('Rust: %s', (output, why) => {
  expect(explainBuild(sdist, output)).toMatchObject({ code: 'sdist-does-not-build', why: expect.stringContaining(why) })
})

test('a compiler is wanted where one, or what it reads, was looked for', () => {
  expect(wantsCompiler("error: command 'x86_64-linux-gnu-gcc' failed")).toBe(true)
  expect(wantsCompiler('Error: pg_config executable not found.')).toBe(true)
  expect(wantsCompiler('ModuleNotFoundError: No module named imp')).toBe(false)
})
