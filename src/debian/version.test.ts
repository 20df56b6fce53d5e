import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions } from './version.ts'

/** From the examples of Debian Policy 5.6.12 and dpkg's own behaviour, each older than the next. */
const ascending: readonly (readonly string[])[] = [
  ['~~', '~~a', '~', '', 'a'],
  ['1.0~rc1-1', '1.0-1', '1.0-1+b1', '1.0-1+deb12u1', '1.0a-1', '1.0+dfsg-1', '1.0.1-1', '1.2-1', '1.10-1', '1:0.1-1'],
  ['2.36-9', '2.36-9+deb12u14', '2.41-12', '20230311', '20250419~deb12u2', '20250419'],
  ['1.2~~', '1.2~', '1.2', '1.2.'],
  ['3.11.2-6', '3.11.2-6+deb12u9', '3.13.5-2'],
]
for (const versions of ascending) {
  test(`ascending: ${versions.join(' < ')}`, () => {
    for (const [i, a] of versions.entries()) {
      for (const [j, b] of versions.entries())
        expect(Math.sign(compareVersions(a, b)), `${a} ${b}`).toBe(Math.sign(i - j))
    }
  })
}

test('the same version in other words', () => {
  for (const [a, b] of [
    ['1.0', '1.0-0'],
    ['0:1', '1'],
    ['1.01', '1.1'],
    ['1.0-00', '1.0-0'],
    ['a0', 'a'],
  ] as const) {
    expect(compareVersions(a, b)).toBe(0)
  }
})

const version = fc
  .tuple(
    fc.option(fc.nat(3)),
    fc.stringMatching(/^[0-9][a-z0-9.+~]{0,8}$/),
    fc.option(fc.stringMatching(/^[a-z0-9.+~]{1,4}$/)),
  )
  .map(
    ([epoch, upstream, revision]) =>
      `${epoch === null ? '' : `${epoch}:`}${upstream}${revision === null ? '' : `-${revision}`}`,
  )

test('it is an order', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(compareVersions(a, a)).toBe(0)
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('a tilde is before, anything else after', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9][a-z0-9.+]{0,8}$/),
      fc.stringMatching(/^[a-z.+][a-z0-9.+]{0,3}$/),
      (base, tail) => {
        expect(compareVersions(`${base}~${tail}`, base)).toBeLessThan(0)
        expect(compareVersions(base + tail, base)).toBeGreaterThan(0)
      },
    ),
  )
})
