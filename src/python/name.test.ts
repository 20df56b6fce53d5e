import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isName, normalizeName } from './name.ts'

test.each(['Flask_SQLAlchemy', 'flask.sqlalchemy', 'FLASK--SQLAlchemy', 'flask-._sqlalchemy'])(
  '%s has one spelling',
  name => {
    expect(normalizeName(name)).toBe('flask-sqlalchemy')
  },
)

test('normalising twice changes nothing', () => {
  fc.assert(fc.property(fc.string(), name => normalizeName(normalizeName(name)) === normalizeName(name)))
})

test.each(['', '-a', 'a-', '../x', 'a b', 'а', 'a'.repeat(129), '__proto__'])('%j is no name', name => {
  expect(isName(name)).toBe(false)
})
