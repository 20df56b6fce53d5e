import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exec } from '../../kit/exec.ts'
import { commitOf, marksOf, remoteName } from './marks.ts'

let place: string
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), 'wherry-marks-'))))
afterEach(() => rmSync(place, { recursive: true }))

async function git(directory: string, ...args: string[]): Promise<void> {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'protocol.file.allow=always']
  const { code, stderr } = await exec(['git', ...who, '-C', directory, ...args])
  expect(code, stderr).toBe(0)
}

async function repository(name: string): Promise<string> {
  const directory = join(place, name)
  mkdirSync(directory)
  writeFileSync(join(directory, 'a'), name)
  await git(directory, 'init', '-q')
  await git(directory, 'add', 'a')
  await git(directory, 'commit', '-qm', name)
  return directory
}

const share = (a: readonly string[], b: readonly string[]): boolean => a.some(mark => b.includes(mark))

test.each([
  ['git@github.com:acme/shop.git', 'github.com/acme/shop'],
  ['https://GitHub.com/acme/shop', 'github.com/acme/shop'],
  ['https://user:token@github.com/acme/shop.git', 'github.com/acme/shop'],
  ['ssh://git@github.com:22/acme/shop.git', 'github.com/acme/shop'],
  ['/srv/git/shop.git', null],
  ['../shop', null],
])('the remote %s is %s', (remote, name) => {
  expect(remoteName(remote)).toBe(name)
})

test('two checkouts of one repository share a mark, two repositories none', async () => {
  const [shop, other] = [await repository('shop'), await repository('other')]
  await git(place, 'clone', '-q', shop, 'copy')
  expect(share(await marksOf(shop), await marksOf(join(place, 'copy')))).toBe(true)
  expect(share(await marksOf(shop), await marksOf(other))).toBe(false)
})

test('a remote is a mark whatever is fetched of it, and a directory inside is another app’s', async () => {
  const [one, two] = [await repository('one'), await repository('two')]
  await git(one, 'remote', 'add', 'origin', 'git@github.com:acme/shop.git')
  await git(two, 'remote', 'add', 'origin', 'https://github.com/acme/shop')
  expect(share(await marksOf(one), await marksOf(two))).toBe(true)
  mkdirSync(join(two, 'api'))
  expect(share(await marksOf(one), await marksOf(join(two, 'api')))).toBe(false)
})

test('a repository that gets its first commit stays the same', async () => {
  const directory = join(place, 'plain')
  mkdirSync(directory)
  const before = await marksOf(directory)
  await git(directory, 'init', '-q')
  await git(directory, 'commit', '-q', '--allow-empty', '-m', 'first')
  expect(share(before, await marksOf(directory))).toBe(true)
})

test('the commit says whether the files are as it has them', async () => {
  const shop = await repository('shop')
  const commit = await commitOf(shop)
  expect(commit).toMatch(/^[0-9a-f]{40}$/)
  writeFileSync(join(shop, 'a'), 'changed')
  expect(await commitOf(shop)).toBe(`${commit}+`)
  expect(await commitOf(place)).toBe(null)
})
