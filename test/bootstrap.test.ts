import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository } from './support/repository.ts'

let made: readonly string[] = []
afterEach(() => made.forEach(removeRepository))

test('packages that another checkout has are not emptied through a link', () => {
  const [checkout, other] = [makeRepository({ 'package-lock.json': '{}' }), makeRepository({ 'zod/index.js': '' })]
  made = [checkout, other]
  cpSync(resolve(import.meta.dirname, '../scripts/bootstrap'), join(checkout, 'scripts/bootstrap'))
  symlinkSync(other, join(checkout, 'node_modules'))
  const { status, stderr } = spawnSync(join(checkout, 'scripts/bootstrap'), { encoding: 'utf8' })
  expect([status, stderr]).toEqual([1, expect.stringContaining('node_modules is a link')])
  expect(existsSync(join(other, 'zod/index.js'))).toBe(true)
})
