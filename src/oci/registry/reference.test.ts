import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWherryError } from '../../kit/error.ts'
import { badReference } from './errors.ts'
import { formatReference, parseReference } from './reference.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

test.each([
  ['python', 'docker.io/library/python'],
  ['python:3.12-slim', 'docker.io/library/python:3.12-slim'],
  ['acme/shop:1', 'docker.io/acme/shop:1'],
  ['docker.io/python', 'docker.io/library/python'],
  ['index.docker.io/acme/shop', 'docker.io/acme/shop'],
  ['ghcr.io/acme/shop:1.4', 'ghcr.io/acme/shop:1.4'],
  ['GHCR.io/acme/shop', 'ghcr.io/acme/shop'],
  ['localhost/shop', 'localhost/shop'],
  ['localhost:5000/a/b/c:x', 'localhost:5000/a/b/c:x'],
  ['127.0.0.1:5000/shop', '127.0.0.1:5000/shop'],
  ['[::1]:5000/shop', '[::1]:5000/shop'],
  [`ghcr.io/acme/shop:1.4@${digest}`, `ghcr.io/acme/shop@${digest}`],
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop', '123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop'],
])('%s means %s', (text, meant) => {
  expect(formatReference(parseReference(text))).toBe(meant)
})

test.each([
  '',
  'Shop',
  'reg.example/../x',
  'reg.example//x',
  'reg.example/x/',
  'a;id',
  '$(id)',
  '-rf',
  'shop:',
  'shop:a/b:c d',
  `shop:${'t'.repeat(129)}`,
  'shop@sha256:../../etc',
  `shop@${digest.toUpperCase()}`,
  `shop@${digest.slice(0, -1)}`,
  `shop@${digest}@${digest}`,
  '127.1/shop',
  '0x7f.1/shop',
  '2130706433.1:80/shop',
  '[::ffff:127.0.0.1]/shop',
  '127。0。0。1/shop',
  'аpp.example/shop',
  'reg.example:0/shop',
  'reg.example:65536/shop',
  'user:secret@reg.example/shop',
  'https://reg.example/shop',
  `reg.example/${'a'.repeat(255)}`,
  'a\nb',
  'shop\0',
])('%j is refused', text => {
  expect.assertions(1)
  try {
    parseReference(text)
  } catch (error) {
    expect(isWherryError(error, badReference)).toBe(true)
  }
})

test('what is parsed is written and parsed again to the same', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[_-][a-z0-9]{1,8})?$/)
  const host = fc.oneof(
    fc.constant(null),
    fc.constant('localhost:5000'),
    fc.stringMatching(/^[a-z]{1,9}\.[a-z]{2,5}(?::[1-9]\d{1,3})?$/),
  )
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/))
  fc.assert(
    fc.property(host, fc.array(part, { minLength: 1, maxLength: 4 }), tag, (host, parts, tag) => {
      const text = [...(host === null ? [] : [host]), ...parts].join('/') + (tag === null ? '' : `:${tag}`)
      const first = parseReference(text)
      expect(parseReference(formatReference(first))).toEqual(first)
      expect(first.tag).toBe(tag)
    }),
  )
})

test('no text escapes: it is refused by name, or its address is the host it names', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
      try {
        const { host, repository } = parseReference(text)
        const url = new URL(`https://${host}/v2/${repository}/manifests/x`)
        expect(url.pathname).toBe(`/v2/${repository}/manifests/x`)
        expect([url.host, `${url.host}:443`]).toContain(host)
      } catch (error) {
        if (!isWherryError(error, badReference)) throw error
      }
    }),
    { numRuns: 2000 },
  )
})
