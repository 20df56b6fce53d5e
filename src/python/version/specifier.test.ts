import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSpecifier, parseSpecifier, satisfies } from './specifier.ts'

// The cases of PEP 440's own text, and those where installers are known to differ.
test.each([
  ['1.4.2', '~=1.4', true],
  ['2.0', '~=1.4', false],
  ['1.4.5.9', '~=1.4.5', true],
  ['1.1.post1', '==1.1', false],
  ['1.1.post1', '==1.1.*', true],
  ['1', '==1.0.*', true],
  ['1.1a1', '==1.1.*', false],
  ['1.1+local', '==1.1', true],
  ['1.1', '==1.1+local', false],
  ['1.7.post2', '>1.7', false],
  ['1.7.0.post1', '>1.7', false],
  ['1.7.1', '>1.7', true],
  ['2.0rc1', '<2.0', false],
  ['2.0rc1', '<2.1', false],
  ['2.0rc1', '>=2.0b1', true],
  ['1!1.0', '>2', true],
  ['2.0', '>=1!1.0', false],
  ['3.11.4', '>=3.6.*', true],
  ['3.11.4', '>=3.7 <4', true],
  ['1.0', '', true],
  ['banana', '', true],
  ['banana', '>=0', false],
  ['banana', '===banana', true],
])('%s in %s: %s', (version, text, expected) => {
  const specifier = parseSpecifier(text)
  expect(specifier && satisfies(version, specifier)).toBe(expected)
})

test('pre-releases count when asked for', () => {
  const specifier = parseSpecifier('<3') ?? []
  expect(satisfies('2.0rc1', specifier)).toBe(false)
  expect(satisfies('2.0rc1', specifier, { prereleases: true })).toBe(true)
})

test.each(['>=', 'numpy', '>=1.0,foo', '~=1', '=1.0', '>=1;', '==1.0*', '>=1.0 or 2'])('%s is no specifier', text => {
  expect(parseSpecifier(text)).toBeNull()
})

const version = fc
  .tuple(fc.array(fc.nat(30), { minLength: 2, maxLength: 4 }), fc.constantFrom('', 'a1', 'rc2', '.post3', '.dev4'))
  .map(([release, suffix]) => release.join('.') + suffix)

test('what is written is read back', () => {
  const clause = fc.tuple(fc.constantFrom('==', '!=', '<=', '>=', '<', '>', '~='), version).map(parts => parts.join(''))
  fc.assert(
    fc.property(fc.array(clause, { maxLength: 5 }), clauses => {
      const specifier = parseSpecifier(clauses.join(', '))
      expect(specifier).not.toBeNull()
      expect(parseSpecifier(formatSpecifier(specifier ?? []))).toEqual(specifier)
    }),
  )
})

test('a version is equal to itself, at most and at least itself, and not different', () => {
  fc.assert(
    fc.property(version, one => {
      const holds = (operator: string): boolean =>
        satisfies(one, parseSpecifier(operator + one) ?? [], { prereleases: true })
      expect(['==', '<=', '>=', '!=', '<', '>'].map(holds)).toEqual([true, true, true, false, false, false])
    }),
  )
})

test('any text gives an answer at once', () => {
  fc.assert(fc.property(fc.string({ maxLength: 3000 }), text => void parseSpecifier(text)))
  expect(parseSpecifier('>=1,'.repeat(100_000))).toBeNull()
})
