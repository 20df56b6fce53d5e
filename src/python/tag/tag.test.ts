import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseWheel } from './choose.ts'
import { supportedTags, type TagTarget } from './target.ts'
import { parseWheelName } from './wheel.ts'

const trixie: TagTarget = { python: '3.13', architecture: 'amd64', libc: 'glibc', libcVersion: '2.41' }
const choose = (target: TagTarget, ...names: string[]): string | undefined =>
  chooseWheel(
    names.map(name => ({ name })),
    supportedTags(target),
  )?.name

test('takes a wheel name apart', () => {
  expect(parseWheelName('Foo_Bar-1.0-2b-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl')).toEqual({
    name: 'foo-bar',
    version: '1.0',
    build: [2, 'b'],
    tags: ['cp313-cp313-manylinux_2_17_x86_64', 'cp313-cp313-manylinux2014_x86_64'],
  })
})

test.each([
  'a-1.0.tar.gz',
  'a-1.0-py3-none.whl',
  '../a-1.0-py3-none-any.whl',
  'a-x-py3-none-any.whl',
  'a-1.0-b-py3-none-any.whl',
  `a-1-${'a.'.repeat(200)}b-${'c.'.repeat(20)}d-any.whl`,
])('%s is no wheel', name => expect(parseWheelName(name)).toBeNull())

test('prefers the exact interpreter, then the stable ABI, then pure Python', () => {
  const pure = 'a-1.0-py3-none-any.whl'
  const stable = 'a-1.0-cp38-abi3-manylinux_2_28_x86_64.whl'
  const exact = 'a-1.0-cp313-cp313-manylinux2014_x86_64.whl'
  expect(choose(trixie, pure, stable, exact)).toBe(exact)
  expect(choose(trixie, stable, pure)).toBe(stable)
  expect(choose(trixie, pure)).toBe(pure)
})

test('prefers the newer manylinux, and the higher build', () => {
  expect(
    choose(trixie, 'a-1-cp313-cp313-manylinux_2_17_x86_64.whl', 'a-1-cp313-cp313-manylinux_2_28_x86_64.whl'),
  ).toContain('2_28')
  expect(choose(trixie, 'a-1-2-py3-none-any.whl', 'a-1-10-py3-none-any.whl', 'a-1-py3-none-any.whl')).toContain('-10-')
})

test.each([
  ['a newer glibc', 'a-1-cp313-cp313-manylinux_2_42_x86_64.whl'],
  ['another machine', 'a-1-cp313-cp313-manylinux_2_17_aarch64.whl'],
  ['another minor', 'a-1-cp312-cp312-manylinux_2_17_x86_64.whl'],
  ['the free-threaded build', 'a-1-cp313-cp313t-manylinux_2_17_x86_64.whl'],
  ['musl', 'a-1-cp313-cp313-musllinux_1_2_x86_64.whl'],
  ['Windows', 'a-1-cp313-cp313-win_amd64.whl'],
  ['Python 2', 'a-1-py2-none-any.whl'],
  ['a later stable ABI', 'a-1-cp314-abi3-manylinux_2_17_x86_64.whl'],
])('refuses a wheel for %s', (_, name) => expect(choose(trixie, name)).toBeUndefined())

test('arm64 knows no manylinux before 2014; musl has its own tags', () => {
  const arm: TagTarget = { ...trixie, architecture: 'arm64' }
  expect(choose(arm, 'a-1-cp313-cp313-manylinux2014_aarch64.whl')).toBeDefined()
  expect(choose(arm, 'a-1-cp313-cp313-manylinux1_aarch64.whl')).toBeUndefined()
  const musl: TagTarget = { ...trixie, libc: 'musl', libcVersion: '1.2' }
  expect(choose(musl, 'a-1-cp313-cp313-musllinux_1_1_x86_64.whl')).toBeDefined()
  expect(choose(musl, 'a-1-cp313-cp313-manylinux_2_17_x86_64.whl')).toBeUndefined()
})

test('a base with a newer glibc takes all that an older one takes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 17, max: 40 }), fc.integer({ min: 0, max: 5 }), (older, more) => {
      const newer = supportedTags({ ...trixie, libcVersion: `2.${older + more}` })
      const tags = [...supportedTags({ ...trixie, libcVersion: `2.${older}` }).keys()]
      expect(tags.filter(tag => !newer.has(tag))).toEqual([])
    }),
  )
})
