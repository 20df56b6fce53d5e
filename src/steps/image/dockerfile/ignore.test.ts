import { expect, test } from 'vitest'
import { readDockerIgnore } from '../app/docker-ignore.ts'
import { dockerignore, secretPatterns } from './ignore.ts'

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

test('a .gitignore in a directory is about what is below it', () => {
  expect(dockerignore(['node_modules/', '/dist', '!keep'], 'web')).toBe('web/**/node_modules\nweb/dist\n!web/**/keep\n')
})

test('secrets stay out wherever they lie, examples do not', () => {
  const ignores = readDockerIgnore(dockerignore(secretPatterns))
  for (const file of ['.env', 'backend/.env.production', 'a/b/id_rsa', 'deploy/tls.key', 'x/.ssh/config'])
    expect([file, ignores(file)]).toEqual([file, true])
  for (const file of ['.env.example', 'web/.env.sample', 'app/keys.py'])
    expect([file, ignores(file)]).toEqual([file, false])
})
