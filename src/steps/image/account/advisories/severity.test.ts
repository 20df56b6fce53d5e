import { expect, test } from 'vitest'
import { baseScore, isAtLeast, severityOf } from './severity.ts'

// Examples of FIRST's CVSS 3.1 calculator and user guide.
test.each([
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
  ['CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N', 4.7],
  ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  ['CVSS:3.1/AV:N/AC:L', null],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', null],
  ['constructor', null],
])('%s scores %s', (vector, score) => {
  expect(baseScore(vector)).toBe(score)
})

test.each([
  [[], 'moderate', 'medium'],
  [[], 'HIGH'.toLowerCase(), 'high'],
  [[], 'not yet assigned', 'unknown'],
  [[], null, 'unknown'],
  [[{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }], 'low', 'critical'],
  [[{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }], 'unimportant', 'none'],
])('%j and %s are %s', (vectors, rating, level) => {
  expect(severityOf({ vectors, rating }).level).toBe(level)
})

test('levels are ordered, and what nobody rated is below all', () => {
  expect([isAtLeast('critical', 'high'), isAtLeast('medium', 'high'), isAtLeast('unknown', 'low')]).toEqual([
    true,
    false,
    false,
  ])
})
