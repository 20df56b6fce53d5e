import { expect, test } from 'vitest'
import { meets, parseConstraint, toSpecifier } from './constraint.ts'
import { allowedMinors } from './python.ts'
import { formatSpecifier } from './specifier.ts'

// Poetry's documentation, "Dependency specification".
test.each([
  ['^1.2.3', '>=1.2.3,<2.0.0'],
  ['^1.2', '>=1.2,<2.0'],
  ['^1', '>=1,<2'],
  ['^0.2.3', '>=0.2.3,<0.3.0'],
  ['^0.0.3', '>=0.0.3,<0.0.4'],
  ['^0.0', '>=0.0,<0.1'],
  ['^0', '>=0,<1'],
  ['~1.2.3', '>=1.2.3,<1.3.0'],
  ['~1.2', '>=1.2,<1.3'],
  ['~1', '>=1,<2'],
  ['~=1.4', '~=1.4'],
  ['*', ''],
  ['1.*', '==1.*'],
  ['1.2.3', '==1.2.3'],
  ['>= 3.8, < 4', '>=3.8,<4'],
  ['^3.8 !=3.9.0', '>=3.8,<4.0,!=3.9.0'],
  ['^1.0 || ^2.0', '>=1.0,<3.0'],
  ['^2.0 | ^1.0', '>=1.0,<3.0'],
])('%s is %s', (text, expected) => {
  const constraint = parseConstraint(text)
  const specifier = constraint && toSpecifier(constraint)
  expect(specifier && formatSpecifier(specifier)).toBe(expected)
})

test('alternatives with a gap are no single range, and are kept apart', () => {
  const gap = parseConstraint('^1.0 || ^3.0') ?? []
  expect(toSpecifier(gap)).toBeNull()
  expect(['1.5', '2.5', '3.5'].map(version => meets(version, gap))).toEqual([true, false, true])
})

test.each(['', '^', 'abc', '^1.2 foo', '1.2 - 3', '>=1 ||', '^'.repeat(2000)])('%j is no constraint', text => {
  expect(parseConstraint(text)).toBeNull()
})

test.each([
  ['>=3.11.4', ['3.11', '3.12', '3.13']],
  ['<=3.12', ['3.10', '3.11', '3.12']],
  ['<3.12', ['3.10', '3.11']],
  ['==3.11.7', ['3.11']],
  ['!=3.11.*,>=3.10', ['3.10', '3.12', '3.13']],
  ['^3.7', ['3.10', '3.11', '3.12', '3.13']],
  ['^2.7', []],
  ['>3.11', ['3.11', '3.12', '3.13']],
])('%s allows the minors %j', (text, minors) => {
  expect(allowedMinors(parseConstraint(text) ?? [], ['3.10', '3.11', '3.12', '3.13'])).toEqual(minors)
})
