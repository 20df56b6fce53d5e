import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markerEnvironment } from './environment.ts'
import { evaluateMarker } from './evaluate.ts'
import { formatMarker, type Marker } from './marker.ts'
import { parseMarker } from './parse.ts'

const environment = markerEnvironment({
  python: '3.11.2',
  architecture: 'arm64',
  extras: ['Async_Io'],
  groups: ['dev'],
})

test.each([
  ['python_version < "3.8"', false],
  ['python_version >= "3.10"', true],
  ['"3.10" <= python_version', true],
  ['python_version in "3.10 3.11"', true],
  ['python_version == "3.11.*"', true],
  ['python_full_version < "3.11.3"', true],
  ['sys_platform == "win32" and python_version > "3"', false],
  ["os.name == 'posix' or sys_platform == 'win32'", true],
  ['sys_platform != "win32" and (platform_machine == "x86_64" or platform_machine == "aarch64")', true],
  ['platform_machine not in "arm64"', true],
  ['platform_python_implementation == "PyPy"', false],
  ['extra == "async-io"', true],
  ['extra == "other"', false],
  ['extra != "other"', true],
  ["'dev' in dependency_groups and 'async.io' in extras", true],
  ["'docs' in dependency_groups", false],
  ['platform_release >= "20"', false],
])('%s is %s on Python 3.11.2, Linux, arm64', (text, expected) => {
  const marker = parseMarker(text)
  expect(marker).not.toBeNull()
  expect(evaluateMarker(marker, environment)).toBe(expected)
})

test('no marker always holds', () => expect(evaluateMarker(null, environment)).toBe(true))

test.each([
  '',
  'python_version',
  'python_version >',
  'python_version > "3" and',
  '"a" == "a"',
  'unknown == "x"',
  "__import__('os').system('id')",
  'python_version > "3" ; rm',
  '__proto__ == "x"',
  'python_version = "3"',
  `${'('.repeat(60)}os_name == "a"${')'.repeat(60)}`,
])('%s is no marker', text => expect(parseMarker(text)).toBeNull())

const comparison: fc.Arbitrary<Marker> = fc.record({
  kind: fc.constant('compare' as const),
  left: fc.record({ variable: fc.constantFrom('python_version' as const, 'sys_platform' as const, 'extra' as const) }),
  operator: fc.constantFrom('==' as const, '!=' as const, '<' as const, 'in' as const, 'not in' as const),
  right: fc.record({ text: fc.string({ unit: fc.constantFrom('3', '.', '1', 'a', "'", ' ') }) }),
})

const marker: fc.Arbitrary<Marker> = fc.letrec<{ any: Marker }>(tie => ({
  any: fc.oneof(
    { maxDepth: 4 },
    comparison,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).any

test('what is written is read back, and means the same', () => {
  fc.assert(
    fc.property(marker, one => {
      const again = parseMarker(formatMarker(one))
      expect(again).not.toBeNull()
      expect(evaluateMarker(again, environment)).toBe(evaluateMarker(one, environment))
      expect(formatMarker(again ?? one)).toBe(formatMarker(parseMarker(formatMarker(again ?? one)) ?? one))
    }),
  )
})

test('any text gives an answer', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), text => void parseMarker(text)))
})
