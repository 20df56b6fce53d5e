import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDockerIgnore } from './docker-ignore.ts'

/** Examples of docs.docker.com, "Dockerignore files", and of moby/patternmatcher. */
test.each([
  ['*/temp*', ['somedir/temporary.txt', 'somedir/temp/x'], ['temp', 'a/b/temp']],
  ['temp?', ['tempa', 'tempb/x'], ['temp', 'tempaa']],
  ['**/*.go', ['a.go', 'a/b/c.go'], ['a.gox']],
  ['*.md\n!README.md', ['a.md'], ['README.md', 'docs/a.md']],
  ['*.md\n!README*.md\nREADME-secret.md', ['README-secret.md', 'a.md'], ['README.md']],
  ['docs\n!docs/keep', ['docs/a', 'docs/b/c'], ['docs/keep', 'docs/keep/x']],
  ['/a/./b/', ['a/b', 'a/b/c'], ['x/a/b', 'a/c']],
  ['# a comment\n  node_modules  ', ['node_modules/x'], ['web/node_modules/x']],
  ['**/node_modules', ['node_modules/x', 'web/node_modules/x'], ['node_module']],
  ['*.py[cod]\n[^a]z', ['a.pyc', 'bz'], ['a.py', 'az', 'b/c.pyc']],
  ['a\\*b', ['a*b'], ['axb']],
  ['*\n!app\n!app/**', ['x', 'y/z'], ['app/a.py']],
  ['../outside\n', [], ['outside']],
  ['', [], ['a']],
])('%j', (text, out, stays) => {
  const ignores = readDockerIgnore(text)
  expect(out.filter(file => !ignores(file))).toEqual([])
  expect(stays.filter(ignores)).toEqual([])
})

test('no pattern takes long, and a plain name excludes itself and what is below, nothing else', () => {
  const piece = fc.constantFrom('*', '**', '?', '/', '[', ']', '^', '-', 'a', '\\', '!', '\n')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
      readDockerIgnore(pieces.join(''))('a/'.repeat(40) + 'a')
    }),
  )
  const name = fc.stringMatching(/^[a-z0-9_]{1,8}$/)
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), name, (parts, other) => {
      const ignores = readDockerIgnore(parts.join('/'))
      expect(ignores(parts.join('/'))).toBe(true)
      expect(ignores([...parts, other].join('/'))).toBe(true)
      expect(ignores([other, ...parts].join('/'))).toBe(
        [other, ...parts].slice(0, parts.length).join('/') === parts.join('/'),
      )
    }),
  )
})
