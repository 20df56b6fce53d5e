import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addFiles, commit, makeRepository, removeRepository } from '../../../../test/support/repository.ts'
import { asOfCommit } from './as-of.ts'

let root: string
beforeEach(() => {
  root = makeRepository({ 'requirements.txt': 'flask\n', '*.txt': 'x\n' })
  commit(root, '2024-05-06T07:08:09+02:00')
  addFiles(root, { 'app.py': 'x = 1\n' })
  commit(root, '2025-01-01T00:00:00Z')
})
afterEach(() => removeRepository(root))

test('it is the commit that last touched the requirements, in UTC', async () => {
  expect(await asOfCommit(root, ['requirements.txt'])).toBe('2024-05-06T05:08:09Z')
})

test('it is now while they are changed, not committed, or outside of git', async () => {
  expect(await asOfCommit(root, [])).toBeNull()
  expect(await asOfCommit(root, ['requirements.txt', 'absent.txt'])).toBeNull()
  addFiles(root, { 'new.txt': '', 'requirements.txt': 'flask\ndjango\n' })
  expect(await asOfCommit(root, ['new.txt'])).toBeNull()
  expect(await asOfCommit(root, ['requirements.txt'])).toBeNull()
  const plain = makeRepository({ 'requirements.txt': 'flask\n' })
  expect(await asOfCommit(plain, ['requirements.txt'])).toBeNull()
  removeRepository(plain)
})

test('a name is a name: it is no pattern', async () => {
  addFiles(root, { 'late.txt': 'x\n' })
  commit(root, '2026-01-01T00:00:00Z')
  expect(await asOfCommit(root, ['*.txt'])).toBe('2024-05-06T05:08:09Z')
})

test('no program that the repository configures is run', async () => {
  const touched = join(root, 'touched')
  addFiles(root, {
    '.git/config': `[core]
\trepositoryformatversion = 0
\tfsmonitor = "touch ${touched}; false"
\tpager = touch ${touched}
[filter "evil"]
\tclean = touch ${touched}
\tsmudge = touch ${touched}
[log]
\tshowSignature = true
[gpg]
\tprogram = "${root}/evil.sh"
`,
    '.gitattributes': '*.txt filter=evil\n',
    'evil.sh': `#!/bin/sh\ntouch ${touched}\n`,
  })
  writeFileSync(join(root, 'requirements.txt'), 'flask\n')
  expect(await asOfCommit(root, ['requirements.txt'])).toBe('2024-05-06T05:08:09Z')
  expect(existsSync(touched)).toBe(false)
})
