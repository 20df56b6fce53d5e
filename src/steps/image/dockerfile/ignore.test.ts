import { expect, test } from 'vitest'
import { dockerignore } from './ignore.ts'

test.each([
  ['node_modules/', '**/node_modules\n'],
  ['*.pyc', '**/*.pyc\n'],
  ['/wherry.toml', 'wherry.toml\n'],
  ['docs/build/', 'docs/build\n'],
  ['!keep.pyc', '!**/keep.pyc\n'],
  ['# a comment', ''],
  ['', ''],
])('%j', (pattern, line) => {
  expect(dockerignore([pattern])).toBe(line)
})
