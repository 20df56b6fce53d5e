import { expect, test } from 'vitest'
import type { LockedFile, LockedPackage } from '../../../python/lock/lock.ts'
import { supportedTags } from '../../../python/tag/target.ts'
import { chooseDistributions, mergeChosen } from './distributions.ts'

const tags = supportedTags({ python: '3.13', architecture: 'amd64', libc: 'glibc', libcVersion: '2.41' })
const hash = (digit: string): string => digit.repeat(64)
const file = (name: string, sha256: string | null = hash('a')): LockedFile => ({
  name,
  url: `https://u:p@files.example/${name}`,
  sha256,
  size: 1,
})

function locked(name: string, files: readonly LockedFile[]): LockedPackage {
  const source = { kind: 'registry', url: null } as const
  const rest = { marker: null, dependencies: [], extras: new Map(), groups: null, requiresPython: null }
  return { name, version: '1.0', source, files, ...rest }
}

const choose = (packages: readonly LockedPackage[], pinned: Record<string, string[]> = {}) =>
  chooseDistributions(
    { format: 'pylock', file: 'x', requiresPython: null, packages, contentHash: null, roots: null },
    tags,
    new Map(Object.entries(pinned).map(([name, hashes]) => [name, new Set(hashes)])),
  )

test('the best wheel is taken, else the source, sorted, without the credentials of their addresses', () => {
  const found = choose([
    locked('b', [file('b-1.0.tar.gz')]),
    locked('c', [file('c-1.0-py3-none-any.whl'), file('c-1.0-cp313-cp313-manylinux_2_28_x86_64.whl')]),
    locked('a', [file('a-1.0-cp39-cp39-win_amd64.whl'), file('a-1.0.tar.gz')]),
  ])
  expect(found.wheels.map(({ file }) => file)).toEqual(['c-1.0-cp313-cp313-manylinux_2_28_x86_64.whl'])
  expect(found.sdists.map(({ url }) => url)).toEqual([
    'https://files.example/a-1.0.tar.gz',
    'https://files.example/b-1.0.tar.gz',
  ])
})

test('a package that fits nowhere is refused by name', () => {
  expect(() => choose([locked('a', [file('a-1.0-cp39-cp39-win_amd64.whl')])])).toThrow(
    expect.objectContaining({ code: 'no-wheel', what: expect.stringContaining('Linux on x86_64') }),
  )
  expect(() => choose([locked('a', [file('a-1.0-py3-none-any.whl', null)])])).toThrow(
    expect.objectContaining({ code: 'no-wheel' }),
  )
})

test('pinned hashes choose among the files; where none is offered, nothing is installed', () => {
  const files = [file('a-1.0-py3-none-any.whl', hash('b')), file('a-1.0.tar.gz', hash('c'))]
  expect(choose([locked('a', files)], { a: [hash('c')] }).sdists).toHaveLength(1)
  expect(() => choose([locked('a', files)], { a: [hash('d')] })).toThrow(
    expect.objectContaining({ code: 'wrong-hash' }),
  )
})

test('of a name in both, the first one counts', () => {
  const one = choose([locked('a', [file('a-1.0-py3-none-any.whl')])])
  const two = choose([locked('a', [file('a-1.0.tar.gz')]), locked('b', [file('b-1.0-py3-none-any.whl')])])
  const { wheels, sdists } = mergeChosen(one, two)
  expect([wheels.map(({ name }) => name), sdists]).toEqual([['a', 'b'], []])
})
