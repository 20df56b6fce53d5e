import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exec } from '../src/kit/exec.ts'

/** How the agent keeps secrets by version, asked as a host is asked, without a release that runs. */
let root: string
let home: string
let epoch: number
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'agent-secrets-'))
  home = join(root, 'app')
  epoch = ((await ask('acquire', { owner: 'a test', ttl: 60, pid: process.pid, force: false })) as { epoch: number })
    .epoch
})
afterEach(() => rmSync(root, { recursive: true }))

async function ask(command: string, request: object = {}): Promise<unknown> {
  const agent = resolve(import.meta.dirname, '../runtime/agent')
  const input = JSON.stringify({ home, epoch, ...request })
  const { stdout, stderr } = await exec(['python3', '-I', '-S', '-X', 'utf8', agent, command], {
    input,
    timeout: 30_000,
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

interface Staged {
  readonly env: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
}

/** Stages a release; what its web process will run with, and the version of its secrets. */
async function stage(
  release: number,
  names: readonly string[],
  more: object = {},
): Promise<Staged & { version: number }> {
  const { record } = (await ask('stage', {
    release,
    statics: [],
    layers: [],
    public: {},
    record: {},
    specs: { web: { env: { WHERRY_RELEASE: String(release) } } },
    secrets: names,
    secretFiles: [],
    env: { plan: { MODE: 'of the plan', TOKEN: 'of the plan' }, services: {}, given: {} },
    ...more,
  })) as { record: { secrets: string } }
  const web = JSON.parse(readFileSync(join(home, 'releases', String(release), 'web.json'), 'utf8')) as Staged
  return { ...web, version: Number(record.secrets) }
}

const give = (given: Readonly<Record<string, string>>) => ask('give-secrets', { given })
const isSame = async (version: number, given: object | null, names: readonly string[] = ['KEY']): Promise<boolean> =>
  ((await ask('has-secrets', { version, given, names })) as { same: boolean }).same

test('given ones win over made ones and the plan; those no more given go, and what was made comes back', async () => {
  const made = (await stage(1, ['KEY'])).env['KEY']
  expect(made).toMatch(/^[\w-]{64}$/)
  await give({ KEY: 'given', TOKEN: 'of the file' })
  const second = await stage(2, ['KEY'])
  expect(second.env).toEqual({ KEY: 'given', TOKEN: 'of the file', MODE: 'of the plan', WHERRY_RELEASE: '2' })
  await give({})
  expect((await stage(3, ['KEY'])).env).toMatchObject({ KEY: made, TOKEN: 'of the plan' })
})

test('a release need not be made anew exactly where a new one would get the same', async () => {
  const { version } = await stage(1, ['KEY'])
  expect(await isSame(version, null)).toBe(true)
  expect(await isSame(version, {})).toBe(true)
  expect(await isSame(version, { KEY: 'given' })).toBe(false)
  expect(await isSame(version, {}, ['KEY', 'OTHER'])).toBe(false)
  await give({ TOKEN: 'a' })
  await give({ TOKEN: 'a' })
  const second = await stage(2, ['KEY'])
  expect(second.version).toBe(version + 1)
  expect(await isSame(second.version, { TOKEN: 'a' })).toBe(true)
  expect(await isSame(second.version, { TOKEN: 'b' })).toBe(false)
  expect(await isSame(second.version, {})).toBe(false)
  // A rollback serves the first again: to it nothing given is the same, although later versions had some.
  expect(await isSame(version, {})).toBe(true)
})

test('those that the app reads from files are in no variable; what a person gave is one', async () => {
  await give({ TOKEN: 'of the file', KEY: 'given' })
  const filed = await stage(1, [], { secretFiles: ['TOKEN'] })
  expect(filed.secrets).toEqual({ TOKEN: 'of the file' })
  expect(filed.env).toMatchObject({ KEY: 'given', TOKEN_FILE: '/run/secrets/TOKEN' })
  expect(filed.env).not.toHaveProperty('TOKEN')
  const env = { plan: {}, services: {}, given: { TOKEN: 'of a person' } }
  const all = await stage(2, [], { secretFiles: true, env })
  expect(all.secrets).toEqual({ KEY: 'given' })
  expect(all.env).toMatchObject({ TOKEN: 'of a person', KEY_FILE: '/run/secrets/KEY' })
})

test('values are in files of their owner alone, and not in what the agent says or writes down', async () => {
  await give({ TOKEN: 'a value to look for' })
  await stage(1, ['KEY'])
  const seen = await ask('observe')
  expect(seen).toMatchObject({ secrets: { names: ['KEY', 'TOKEN'], given: ['TOKEN'] } })
  const journal = readFileSync(join(home, 'journal.jsonl'), 'utf8')
  expect(journal).toContain('give-secrets')
  expect(JSON.stringify(seen) + journal).not.toContain('a value to look for')
  for (const file of ['secrets/1', 'releases/1/web.json']) expect(statSync(join(home, file)).mode & 0o777).toBe(0o600)
  expect(await ask('give-secrets', { given: { 'not a name': 'x' } })).toMatchObject({ refused: 'bad-request' })
})

test('a release without any secret need not be made anew while none is given', async () => {
  expect((await stage(1, [])).version).toBe(0)
  expect(await isSame(0, null, [])).toBe(true)
  expect(await isSame(0, {}, [])).toBe(true)
  expect(await isSame(0, { TOKEN: 'a' }, [])).toBe(false)
  expect(await isSame(0, {}, ['KEY'])).toBe(false)
})
