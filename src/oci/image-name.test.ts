import { expect, test } from 'vitest'
import { parseImageName } from './image-name.ts'

test('a name means what engines take it for', () => {
  expect(parseImageName('shop')).toEqual({ short: 'shop:latest', full: 'docker.io/library/shop:latest', tag: 'latest' })
  expect(parseImageName('team/shop:3').full).toBe('docker.io/team/shop:3')
  expect(parseImageName('localhost:5000/a/b:v1').full).toBe('localhost:5000/a/b:v1')
  expect(parseImageName('registry.example/a').full).toBe('registry.example/a:latest')
  expect(parseImageName('localhost/a').full).toBe('localhost/a:latest')
})

test.each([
  '',
  'Shop',
  '-x',
  'a//b',
  'a:',
  'a:b/c',
  'a:b c',
  'a/../b',
  'a@sha256:1',
  `a:${'t'.repeat(129)}`,
  'a\nb',
  'x'.repeat(500),
])('not a name: %j', text =>
  expect(() => parseImageName(text)).toThrow(expect.objectContaining({ code: 'bad-image-name' })),
)
