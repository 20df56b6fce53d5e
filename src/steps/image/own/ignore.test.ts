import { expect, test } from 'vitest'
import { makeIgnore } from './ignore.ts'

test.each([
  ['docs', 'docs/a/b', true],
  ['docs', 'src/docs', false],
  ['*.md', 'README.md', true],
  ['*.md', 'docs/README.md', false],
  ['**/*.md', 'docs/README.md', true],
  ['**/*.md', 'README.md', true],
  ['/build/', 'build/x', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b/z', true],
  ['temp?', 'temp1', true],
  ['temp?', 'temp', false],
  ['[a-c]x', 'bx', true],
  ['a.b', 'axb', false],
  ['*\n!src', 'src/app.py', false],
  ['*\n!src', 'other', true],
  ['*\n!src\nsrc/secret', 'src/secret', true],
  ['# docs\n\n', 'docs', false],
  ['a**', 'abc/d', true],
])('%j and %s: %s', (text, path, out) => {
  expect(makeIgnore(text)(path)).toBe(out)
})

test('a long pattern on a long name takes no long time', () => {
  const ignore = makeIgnore(`${'a*'.repeat(10)}b\n${'**/'.repeat(50)}x`)
  expect(ignore(`${'a'.repeat(60)}/${'d/'.repeat(100)}y`)).toBe(false)
})
