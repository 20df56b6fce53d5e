import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChallenges } from './challenge.ts'

const plain = (header: string): object[] =>
  parseChallenges(header).map(({ scheme, parameters }) => Object.fromEntries([['scheme', scheme], ...parameters]))

test.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
    [
      {
        scheme: 'bearer',
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'repository:a/b:pull,push',
      },
    ],
  ],
  ['Basic realm="Registry \\"A\\", B"', [{ scheme: 'basic', realm: 'Registry "A", B' }]],
  [
    'BASIC realm=x, Bearer realm="y" , service=z',
    [
      { scheme: 'basic', realm: 'x' },
      { scheme: 'bearer', realm: 'y', service: 'z' },
    ],
  ],
  ['Negotiate, Basic realm="x"', [{ scheme: 'negotiate' }, { scheme: 'basic', realm: 'x' }]],
  ['Bearer realm="first",realm="second"', [{ scheme: 'bearer', realm: 'first' }]],
  ['', []],
  ['realm="x"', []],
  ['Bearer realm="unfinished', [{ scheme: 'bearer' }]],
])('%s', (header, expected) => {
  expect(plain(header)).toEqual(expected)
})

test('any values survive quoting, and any header ends', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/)
  fc.assert(
    fc.property(fc.dictionary(name, fc.string(), { noNullPrototype: true }), parameters => {
      const quoted = Object.entries(parameters).map(([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`)
      if (quoted.length === 0) return
      expect(plain(`Bearer ${quoted.join(',')}`)).toEqual([{ scheme: 'bearer', ...parameters }])
    }),
  )
  fc.assert(fc.property(fc.string({ maxLength: 300 }), header => void parseChallenges(header)))
})
