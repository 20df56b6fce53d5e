import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allow, isAllowed } from './consent.ts'
import type { Hooks } from './hooks.ts'
import { admitPrograms, runHook } from './run.ts'

let root: string
beforeEach(() => void (root = realpathSync(mkdtempSync(join(tmpdir(), 'hooks-')))))
afterEach(() => rmSync(root, { recursive: true }))

const heard: string[] = []
const options = () => ({
  repository: root,
  report: ({ level, text }: { level: string; text: string }) => void heard.push(`${level}: ${text}`),
  facts: { WHERRY_DIGEST: 'sha256:1' },
})
const node = (source: string): readonly string[] => [process.execPath, '-e', source]

test('a hook runs in the repository with an environment that holds no tokens', async () => {
  process.env['SOME_TOKEN'] = 'secret'
  const source = `require('fs').writeFileSync('seen.json', JSON.stringify([process.cwd(), process.env]))`
  await runHook('after-image', { 'after-image': node(source) }, options())
  delete process.env['SOME_TOKEN']
  const [cwd, env] = JSON.parse(readFileSync(join(root, 'seen.json'), 'utf8')) as [string, Record<string, string>]
  expect(cwd).toBe(root)
  expect(env).toMatchObject({ WHERRY_HOOK: 'after-image', WHERRY_DIGEST: 'sha256:1', PATH: process.env['PATH'] })
  expect(env['SOME_TOKEN']).toBeUndefined()
})

test('its words are words: nothing of them is a shell’s', async () => {
  const source = `require('fs').writeFileSync('words.json', JSON.stringify(process.argv.slice(1)))`
  await runHook('before-image', { 'before-image': [...node(source), '$HOME', '; false', '*'] }, options())
  expect(JSON.parse(readFileSync(join(root, 'words.json'), 'utf8'))).toEqual(['$HOME', '; false', '*'])
})

test('one that fails, and one that does not exist, are named with their last lines', async () => {
  await expect(
    runHook('before-release', { 'before-release': node('console.error("no tag"); process.exit(3)') }, options()),
  ).rejects.toMatchObject({ code: 'hook-failed', why: 'it ended with 3', evidence: [{ text: 'no tag' }] })
  await expect(runHook('after-release', { 'after-release': ['no-such-program'] }, options())).rejects.toMatchObject({
    code: 'hook-failed',
  })
  await runHook('after-publish', {}, options())
})

test('hooks run only once they were allowed, and other hooks are other ones', async () => {
  const env = { WHERRY_STATE: join(root, 'state') }
  const hooks: Hooks = { 'after-image': ['make', 'docs'] }
  expect(await isAllowed(hooks, '/repository', env)).toBe(false)
  await allow(hooks, '/repository', env)
  expect(await isAllowed(hooks, '/repository', env)).toBe(true)
  expect(await isAllowed(hooks, '/other', env)).toBe(false)
  expect(await isAllowed({ 'after-image': ['make', 'all'] }, '/repository', env)).toBe(false)
  expect(await isAllowed(hooks, '/other', { WHERRY_HOOKS: 'allow' })).toBe(true)
})

test('what is not allowed is shown', async () => {
  const before = process.env['WHERRY_STATE']
  process.env['WHERRY_STATE'] = join(root, 'state')
  try {
    const hooks: Hooks = { 'after-image': ['make', 'docs'] }
    await expect(admitPrograms(hooks, root, false)).rejects.toMatchObject({
      code: 'hooks-not-allowed',
      evidence: [{ text: 'after-image = ["make","docs"]' }],
    })
    await admitPrograms(hooks, root, true)
    await admitPrograms(hooks, root, false)
    await admitPrograms({}, root, false)
  } finally {
    if (before === undefined) delete process.env['WHERRY_STATE']
    else process.env['WHERRY_STATE'] = before
  }
})
