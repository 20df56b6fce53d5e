import { expect, test } from 'vitest'
import { parseDependencies, printClause, satisfies } from './relation.ts'

test('clauses, alternatives, versions and qualifiers are read', () => {
  expect(
    parseDependencies('libc6 (>= 2.36), debconf (>= 0.5) | debconf-2.0, python3:any,\n perl:native (<< 6) ,'),
  ).toEqual([
    [{ name: 'libc6', operator: '>=', version: '2.36' }],
    [
      { name: 'debconf', operator: '>=', version: '0.5' },
      { name: 'debconf-2.0', operator: null, version: '' },
    ],
    [{ name: 'python3', operator: null, version: '' }],
    [{ name: 'perl', operator: '<<', version: '6' }],
  ])
  expect(parseDependencies('')).toEqual([])
})

test('each operator', () => {
  const [[relation]] = parseDependencies('a (>= 2)') as [[{ name: string; operator: '>='; version: string }]]
  const holds = (operator: '<<' | '<=' | '=' | '>=' | '>>'): boolean[] =>
    ['1', '2', '3'].map(version => satisfies(version, { ...relation, operator }))
  expect(holds('<<')).toEqual([true, false, false])
  expect(holds('<=')).toEqual([true, true, false])
  expect(holds('=')).toEqual([false, true, false])
  expect(holds('>=')).toEqual([false, true, true])
  expect(holds('>>')).toEqual([false, false, true])
  expect(satisfies(null, relation)).toBe(false)
  expect(satisfies(null, { ...relation, operator: null })).toBe(true)
})

test('what cannot be read is kept as it is, and printed', () => {
  expect(parseDependencies('a (is fine)')).toEqual([[{ name: 'a (is fine)', operator: null, version: '' }]])
  expect(printClause(parseDependencies('a(>=1)|b')[0]!)).toBe('a (>= 1) | b')
})
