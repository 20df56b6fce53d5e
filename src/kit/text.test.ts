import fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, duration, list, nearest, printable, size } from './text.ts'

test('words for people', () => {
  expect([count(1, 'file'), count(2, 'file'), count(2, 'entry', 'entries')]).toEqual(['1 file', '2 files', '2 entries'])
  expect([list(['a']), list(['a', 'b']), list(['a', 'b', 'c'], 'or')]).toEqual(['a', 'a and b', 'a, b or c'])
  const sizes = [12, 12_400, 400_000, 54_200_000, 999_400_000, 999_600_000, 17_455_000_000]
  expect(sizes.map(size)).toEqual(['12 B', '12 kB', '0.4 MB', '54 MB', '999 MB', '1.0 GB', '17.5 GB'])
  expect([duration(80), duration(1400), duration(125_000)]).toEqual(['80 ms', '1.4 s', '2 min 5 s'])
})

test('a mistyped word finds its neighbour, a strange one finds none', () => {
  expect(nearest('worker', ['workers', 'web'])).toBe('workers')
  expect(nearest('memmory', ['memory', 'port'])).toBe('memory')
  expect(nearest('zzz', ['memory', 'port'])).toBeNull()
})

test('foreign text cannot steer a terminal', () => {
  expect(printable('\u001B]0;title\u0007a\u001B[31mred\u001B[0m\rb\u202Ec\n')).toBe('aredbc\n')
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      text => !/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/.test(printable(text)),
    ),
  )
})
