import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { markDeleted } from './mark-deleted.ts'

test('what was written and deleted again goes; behind a link that a container left nothing is touched', async () => {
  const root = mkdtempSync(join(tmpdir(), 'wherry-upper-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const [upper, outside] = [join(root, 'upper'), join(root, 'outside')]
  for (const directory of [upper, outside, join(upper, 'a')]) mkdirSync(directory)
  for (const file of [join(upper, 'a/x'), join(outside, 'x')]) writeFileSync(file, 'here')
  symlinkSync(outside, join(upper, 'link'))
  await markDeleted(upper, '/a/x')
  await markDeleted(upper, '/link/x')
  await markDeleted(upper, '/link/deep/x')
  expect(readdirSync(outside)).toEqual(['x'])
  expect(lstatSync(join(upper, 'a/x'), { throwIfNoEntry: false })?.isFile() ?? false).toBe(false)
})
