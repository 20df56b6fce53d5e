import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Archive, Offer, Pocket } from './archive.ts'
import type { Provider } from './package-index.ts'
import { resolve } from './resolve.ts'

/** `name version: dependencies / provides`, one package a line. */
function archiveOf(text: string): Archive {
  const offers = new Map<string, Offer[]>()
  const providers = new Map<string, Provider[]>()
  for (const line of text.trim().split('\n')) {
    const [, name = '', version = '', depends = '', provides = ''] =
      /^\s*(\S+) (\S+?):\s*([^/]*?)\s*(?:\/\s*(.*))?$/.exec(line) ?? []
    const pocket: Pocket = 'main'
    const offer = {
      name,
      version,
      pocket,
      priority: 3,
      path: `${name}.deb`,
      size: 1,
      sha256: `${name}_${version}`,
      depends,
    }
    offers.set(name, [...(offers.get(name) ?? []), offer])
    for (const virtual of provides.split(',').filter(text => text !== '')) {
      const [, to = '', exact] = /^\s*(\S+)(?: \(= (\S+)\))?\s*$/.exec(virtual) ?? []
      providers.set(to, [...(providers.get(to) ?? []), { name, version: exact ?? null, providerVersion: version }])
    }
  }
  return {
    suite: 'bookworm',
    architecture: 'amd64',
    offers: name => offers.get(name) ?? [],
    providers: name => providers.get(name) ?? [],
    names: () => new Set(offers.keys()),
  } as Partial<Archive> as Archive
}

const names = (archive: Archive, asked: string[], options?: Parameters<typeof resolve>[2]): string[] =>
  resolve(archive, asked, options).map(each => each.name)

test('what is needed comes along, once, sorted, also in circles', () => {
  const archive = archiveOf(`
    web 1: lib-a, lib-b
    lib-a 1: lib-b (>= 2)
    lib-b 2: web
    other 1:`)
  expect(names(archive, ['web', 'web'])).toEqual(['lib-a', 'lib-b', 'web'])
})

test('the first alternative that can be installed, but one already chosen before that', () => {
  const archive = archiveOf(`
    a 1: gone | broken | good | fine
    broken 1: missing
    good 1:
    fine 1:`)
  expect(names(archive, ['a'])).toEqual(['a', 'good'])
  expect(names(archive, ['a', 'fine'])).toEqual(['a', 'fine'])
})

test('a name can be stood in for, with the version that is said', () => {
  const archive = archiveOf(`
    a 1: libssl3 (>= 3.0)
    b 1: mta
    c 1: libssl3 (>= 4)
    libssl3t64 3.5: / libssl3 (= 3.5)
    plain 1: / libssl3
    exim 1: / mta
    postfix 1: / mta`)
  expect(names(archive, ['a'])).toEqual(['a', 'libssl3t64'])
  expect(names(archive, ['b'])).toEqual(['b', 'exim'])
  expect(names(archive, ['b', 'postfix'])).toEqual(['b', 'postfix'])
  expect(names(archive, ['mta'])).toEqual(['exim'])
  expect(() => resolve(archive, ['c'])).toThrow('c 1 needs libssl3 (>= 4), which cannot be installed.')
})

test('what is left out takes along what only it needs, by whatever name it is asked for', () => {
  const archive = archiveOf(`
    nginx 1: iproute2, libpcre, debconf (>= 0.5) | debconf-2.0, awk
    iproute2 1: libbpf
    libbpf 1:
    libpcre 1:
    debconf 1: perl
    perl 1:
    mawk 1: / awk`)
  const omit = ['iproute2', 'debconf', 'mawk']
  expect(names(archive, ['nginx'], { omit })).toEqual(['libpcre', 'nginx'])
  expect(names(archive, ['nginx', 'iproute2'], { omit })).toEqual(['iproute2', 'libbpf', 'libpcre', 'nginx'])
})

test('what is present serves and is not repeated', () => {
  const archive = archiveOf(`
    nginx 1: libc (>= 2), libpcre
    libpcre 1: libc
    libc 2:`)
  expect(names(archive, ['nginx', 'libc'], { present: [{ name: 'libc', version: '2' }] })).toEqual(['libpcre', 'nginx'])
})

test('errors name the package, the nearest name and the chain', () => {
  const archive = archiveOf(`
    top 1: middle
    middle 1: lib (>= 3)
    lib 2:
    libstdc++6 1:`)
  expect(() => resolve(archive, ['libstdc++5'])).toThrow(
    expect.objectContaining({ code: 'package-not-found', why: 'the nearest name is libstdc++6' }),
  )
  expect(() => resolve(archive, ['middle'])).toThrow(
    expect.objectContaining({ code: 'unsatisfiable-dependency', why: 'it was chosen by middle' }),
  )
})

test('for any archive: the same result whatever the order of the names, and every dependency met', () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f']
  const lines = fc.tuple(
    ...letters.map(() =>
      fc.array(fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    ),
  )
  fc.assert(
    fc.property(lines, fc.shuffledSubarray(letters, { minLength: 1 }), (depends, asked) => {
      const clauses = new Map(letters.map((letter, i) => [letter, depends[i]!]))
      const text = letters
        .map(
          letter =>
            `${letter} 1: ${clauses
              .get(letter)!
              .map(c => c.join(' | '))
              .join(', ')}`,
        )
        .join('\n')
      const found = names(archiveOf(text), asked)
      expect(names(archiveOf(text), asked.toReversed())).toEqual(found)
      expect(found).toEqual(found.toSorted())
      for (const name of found)
        for (const clause of clauses.get(name)!) expect(clause.some(c => found.includes(c))).toBe(true)
    }),
  )
})
