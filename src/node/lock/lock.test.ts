import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFor, NodeLockError } from './lock.ts'
import { managerOf, readNodeLock } from './read.ts'
import { redirectLock, registryPath } from './registry-path.ts'
import { readLockYaml } from './yaml.ts'

const sha = `sha512-${'A'.repeat(86)}==`

test('npm: names come from paths; links, bundled and local packages are nothing to fetch', async () => {
  const text = JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { name: 'app' },
      'packages/own': { version: '1.0.0' },
      'node_modules/own': { resolved: 'packages/own', link: true },
      'node_modules/@a/b': { version: '1.2.3', integrity: `sha1-AAAA ${sha}` },
      'node_modules/c/node_modules/d': { version: '2.0.0-rc.1', integrity: sha, os: ['darwin'], cpu: ['arm64'] },
      'node_modules/e': { version: '1.0.0', inBundle: true },
      'node_modules/alias': { name: 'real', version: '3.0.0', resolved: 'https://r.example/real/-/real-3.0.0.tgz' },
      'node_modules/f': { version: '1.0.0', resolved: 'git+ssh://git@example.com/f.git#abc' },
    },
  })
  const { packages, foreign } = await readNodeLock('npm', text)
  expect(packages.map(({ name, version, integrity }) => [name, version, integrity])).toEqual([
    ['@a/b', '1.2.3', sha],
    ['d', '2.0.0-rc.1', sha],
    ['real', '3.0.0', null],
  ])
  expect(foreign).toEqual(['f (git+ssh://git@example.com/f.git#abc)'])
  expect(packages.map(one => isFor(one, { cpu: 'x64' }))).toEqual([true, false, true])
})

test('npm 6 nests what belongs to one package alone', async () => {
  const text = JSON.stringify({
    lockfileVersion: 1,
    dependencies: {
      a: { version: '1.0.0', integrity: sha, dependencies: { b: { version: '2.0.0' } } },
      c: { version: 'npm:d@3.0.0' },
    },
  })
  const { packages } = await readNodeLock('npm', text)
  expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual(['a@1.0.0', 'b@2.0.0', 'd@3.0.0'])
})

test('Yarn 1: old hashes stand behind the address; git is foreign', async () => {
  const text = `# yarn lockfile v1


"@a/b@^1.0.0", "@a/b@^1.1.0":
  version "1.1.0"
  resolved "https://r.example/@a/b/-/b-1.1.0.tgz#${'0'.repeat(40)}"
  dependencies:
    c "^2.0.0"

c@^2.0.0:
  version "2.0.1"
  resolved "https://r.example/c/-/c-2.0.1.tgz#aa"
  integrity ${sha}

d@owner/d:
  version "1.0.0"
  resolved "https://codeload.example/owner/d/tar.gz/abc"
`
  expect(managerOf('yarn', text)).toBe('yarn')
  const { packages, foreign } = await readNodeLock('yarn', text)
  expect(packages).toMatchObject([
    { name: '@a/b', version: '1.1.0', integrity: `sha1-${'A'.repeat(27)}=` },
    { name: 'c', version: '2.0.1', integrity: sha },
  ])
  expect(foreign).toEqual(['d@owner/d (https://codeload.example/owner/d/tar.gz/abc)'])
  const redirected = redirectLock(text, packages, 'http://127.0.0.1:1/')
  expect(redirected).toContain(`"http://127.0.0.1:1/@a/b/-/b-1.1.0.tgz#${'0'.repeat(40)}"`)
  expect(redirected).toContain('https://codeload.example/')
})

test('Yarn 4: packages of the workspace and patches are not fetched, platforms are conditions', async () => {
  const text = `__metadata:
  version: 8
  cacheKey: 10c0

"@esbuild/linux-x64@npm:0.25.0":
  version: 0.25.0
  resolution: "@esbuild/linux-x64@npm:0.25.0"
  conditions: os=linux & cpu=x64
  languageName: node
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    a: "npm:^1.0.0"

"a@patch:a@npm%3A1.0.0#~builtin<x>":
  version: 1.0.0
  resolution: "a@patch:a@npm%3A1.0.0#~builtin<x>::version=1.0.0&hash=1"
`
  expect(managerOf('yarn', text)).toBe('yarn-berry')
  const { packages, foreign } = await readNodeLock('yarn-berry', text)
  expect(packages).toMatchObject([{ name: '@esbuild/linux-x64', version: '0.25.0', os: ['linux'], cpu: ['x64'] }])
  expect(foreign).toEqual([])
})

test('pnpm: keys of all its versions', async () => {
  const of = async (key: string): Promise<unknown> => {
    const text = `lockfileVersion: '9.0'\n\npackages:\n\n  ${key}:\n    resolution: {integrity: ${sha}}\n    cpu: [x64, arm64]\n    engines: {node: '>=18'}\n`
    const { packages } = await readNodeLock('pnpm', text)
    return packages.map(({ name, version, cpu }) => [name, version, cpu])
  }
  const expected = [['@a/b', '1.2.3', ['x64', 'arm64']]]
  for (const key of ["'@a/b@1.2.3'", "'/@a/b@1.2.3(react@18.0.0)'", '/@a/b/1.2.3_react@18.0.0'])
    expect(await of(key)).toEqual(expected)
})

test('an archive by its address: pnpm states its version, npm 6 does not', async () => {
  const address = 'https://r.example/a/-/a-1.2.3.tgz'
  const pnpm = `lockfileVersion: '9.0'\n\npackages:\n\n  a@${address}:\n    resolution: {integrity: ${sha}, tarball: ${address}}\n    version: 1.2.3\n`
  expect((await readNodeLock('pnpm', pnpm)).packages).toMatchObject([{ name: 'a', version: '1.2.3', url: address }])
  const npm = JSON.stringify({ lockfileVersion: 1, dependencies: { a: { version: address, integrity: sha } } })
  expect(await readNodeLock('npm', npm)).toEqual({ packages: [], foreign: [`a (${address})`] })
})

test('Yarn 4: a key of more than 1024 letters stands on lines of its own', async () => {
  const text = `__metadata:
  version: 8

? "a@npm:^1.0.0, a@npm:^1.0.1"
:
  version: 1.2.3
  resolution: "a@npm:1.2.3"
  dependencies:
    b: "npm:^2.0.0"

"b@npm:^2.0.0":
  version: 2.0.0
  resolution: "b@npm:2.0.0"
`
  const { packages } = await readNodeLock('yarn-berry', text)
  expect(packages.map(({ name, version }) => `${name}@${version}`)).toEqual(['a@1.2.3', 'b@2.0.0'])
})

test('what would become a path or an address is refused', async () => {
  for (const name of ['../../etc', 'a/b/c', 'a b', '.hidden', '__proto__/x/y'])
    await expect(
      readNodeLock('npm', JSON.stringify({ packages: { [`node_modules/${name}`]: { version: '1.0.0' } } })),
    ).rejects.toThrow(NodeLockError)
  await expect(
    readNodeLock('npm', JSON.stringify({ packages: { 'node_modules/a': { version: '1/../../x' } } })),
  ).rejects.toThrow(NodeLockError)
})

test('addresses of archives, as registries write them', () => {
  expect(registryPath('https://r.example/api/npm/all/@a%2fb/-/b-1.0.0.tgz')).toEqual({
    name: '@a/b',
    file: 'b-1.0.0.tgz',
  })
  expect(registryPath('https://r.example/a/download/a-1.0.0.tgz?x=1')).toEqual({ name: 'a', file: 'a-1.0.0.tgz' })
  expect(registryPath('https://codeload.example/o/a/tar.gz/abc')).toBeNull()
})

test('no text makes a reader hang or fail in another way than by saying so', async () => {
  const managers = fc.constantFrom('npm', 'yarn', 'yarn-berry', 'pnpm')
  const piece = fc.constantFrom(
    'a@1',
    ':',
    '\n',
    '  ',
    '"',
    '{',
    '}',
    '[',
    ']',
    '- ',
    'packages:',
    'resolution',
    'version "1.0.0"',
    ',',
  )
  await fc.assert(
    fc.asyncProperty(managers, fc.array(piece, { maxLength: 40 }), async (manager, pieces) => {
      try {
        await readNodeLock(manager, pieces.join(''))
      } catch (error) {
        expect(error).toBeInstanceOf(NodeLockError)
      }
    }),
  )
})

test('YAML of locks: nested mappings come back as they were written', () => {
  const key = fc.stringMatching(/^[a-z@][a-z0-9/@.-]{0,12}$/)
  const scalar = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ./@^=+-]{0,12}$/).map(text => text.trim())
  const write = (value: unknown, indent: string): string =>
    Object.entries(value as Record<string, unknown>)
      .map(([name, inner]) =>
        typeof inner === 'string'
          ? `${indent}'${name}': ${inner}\n`
          : `${indent}"${name}":\n${write(inner, `${indent}  `)}`,
      )
      .join('')
  const plain = (node: unknown): unknown =>
    node instanceof Map ? Object.fromEntries([...node].map(([name, inner]) => [name, plain(inner)])) : node
  fc.assert(
    fc.property(fc.dictionary(key, fc.oneof(scalar, fc.dictionary(key, scalar, { minKeys: 1 }))), value => {
      expect(plain(readLockYaml(write(value, '')))).toEqual({ ...value })
    }),
  )
})
