import { expect, test } from 'vitest'
import { formatGit, isCommit, parseGit } from './git.ts'

test.each([
  ['git+https://h.example/o/x.git', 'https://h.example/o/x.git', null, ''],
  ['git+https://h.example/o/x.git@v1.2#egg=x', 'https://h.example/o/x.git', 'v1.2', ''],
  ['git+ssh://git@h.example/o/x.git', 'ssh://git@h.example/o/x.git', null, ''],
  ['git+ssh://git@h.example:22/o/x@feature/a#subdirectory=a/b', 'ssh://git@h.example:22/o/x', 'feature/a', 'a/b'],
  ['git+https://user:p@h.example/x@main', 'https://user:p@h.example/x', 'main', ''],
])('%s', (text, url, ref, subdirectory) => {
  expect(parseGit(text)).toEqual({ url, ref, subdirectory })
  expect(parseGit(formatGit({ url, ref, subdirectory }))).toEqual({ url, ref, subdirectory })
})

test('only the full name of a commit means the same for ever', () => {
  expect([isCommit('a'.repeat(40)), isCommit('a'.repeat(64))]).toEqual([true, true])
  expect(['main', 'abcdef1', 'A'.repeat(40), ''].map(ref => isCommit(ref))).toEqual([false, false, false, false])
})
