import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository } from '../../../../test/support/repository.ts'
import { treeAt } from './index.ts'

let made: readonly string[] = []
afterEach(() => made.forEach(removeRepository))

test('an output is not read through a link that the build left', () => {
  const [machine, kept] = [makeRepository({ '.ssh/id': 'private' }), makeRepository({ 'dist/a.js': 'a' })]
  made = [machine, kept]
  symlinkSync(machine, join(kept, 'dist/home'))
  expect(treeAt(kept, 'dist/home/.ssh')).toEqual([])
  expect(treeAt(kept, 'dist/home')).toEqual([])
  for (const up of ['..', 'dist/..', 'dist/../..', '../x']) expect(treeAt(kept, up)).toEqual([])
  expect(treeAt(kept, 'dist').map(({ path }) => path)).toEqual(['app/dist', 'app/dist/a.js'])
  expect(treeAt(kept, 'dist/a.js')).toMatchObject([{ path: 'app/dist/a.js', size: 1 }])
})
