import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRequirement, parseRequirement } from './requirement.ts'

test.each([
  ['Django', 'django'],
  ['A.B-C_D>=1', 'a-b-c-d>=1'],
  [
    'requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < "2.7"',
    "requests[security,tests]>=2.8.1,==2.8.*; python_version < '2.7'",
  ],
  ['name (>=1,<2)', 'name>=1,<2'],
  ['numpy>=1.0,', 'numpy>=1.0'],
  ['pip @ https://host.example/pip-1.3.1.zip#sha1=da9234', 'pip @ https://host.example/pip-1.3.1.zip#sha1=da9234'],
  [
    'a@git+https://host.example/a.git@main ; os_name == "posix"',
    "a @ git+https://host.example/a.git@main ; os_name == 'posix'",
  ],
  ['uvicorn[]', 'uvicorn'],
  ['x;', 'x'],
])('%s', (text, expected) => {
  const requirement = parseRequirement(text)
  expect(requirement && formatRequirement(requirement)).toBe(expected)
})

test.each([
  '',
  '==1.0',
  'a=1',
  'a b',
  'a[x',
  'a @',
  'a>=1 @ https://host.example/x',
  'a; nonsense',
  'a>=1; python_version',
  '-e .',
  'a>=1 --hash=x',
  '__proto__',
])('%j is no requirement', text => expect(parseRequirement(text)).toBeNull())

const word = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/).filter(text => !text.includes('--'))

test('what is written is read back', () => {
  const requirement = fc.record({
    name: word,
    extras: fc.uniqueArray(word, { maxLength: 3 }).map(extras => extras.sort()),
    versions: fc.constantFrom('', '>=1.0,<2', '==3.*', '~=1.4.2', '!=1!2.0rc1'),
    marker: fc.constantFrom('', '; python_version >= "3.8"', '; os_name == "a" or (os_name == "b" and extra == "c")'),
  })
  fc.assert(
    fc.property(requirement, ({ name, extras, versions, marker }) => {
      const parsed = parseRequirement(
        `${name}${extras.length > 0 ? `[${extras.join(', ')}]` : ''} ${versions}${marker}`,
      )
      expect(parsed).toMatchObject({ name, extras, url: null })
      expect(parsed && parseRequirement(formatRequirement(parsed))).toEqual(parsed)
    }),
  )
})

test('any text gives an answer', () => {
  fc.assert(fc.property(fc.string({ maxLength: 500 }), text => void parseRequirement(text)))
})
