import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec, type ExecResult } from '../../src/kit/exec.ts'
import { holders, makeCanary, watchArguments } from '../support/canary.ts'
import { environment } from '../support/example.ts'
import { freePort } from '../support/nginx-edge.ts'

/** Secrets from where a person keeps them to the app that reads them, by bin/wherry alone; and nowhere else on the way. */
const [stripe, changed, imported, vault] = [makeCanary(), makeCanary(), makeCanary(), makeCanary()]
const canaries = [stripe, changed, imported, vault]
const source = `
import os
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    name = environ["PATH_INFO"][1:]
    if name == "print":
        print("the key is", os.environ["STRIPE_KEY"], flush=True)
        return [b""]
    if name == "files":
        return ["\\n".join(os.path.join(top, f) for top, _, fs in os.walk(".") for f in fs).encode()]
    return [os.environ.get(name, "").encode()]
`
let root: string
let port: number
const said: string[] = []

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'wherry-given-')))
  port = await freePort()
  const files = {
    'repo/web.py': source,
    'repo/requirements.txt': 'gunicorn==27.0.1\n',
    'repo/wherry.toml': `app = "web:app"\n[secrets]\nVAULT_KEY = { command = ["cat", "../vault"] }\nOTHER = { command = ["false"], for = ["production"] }\n`,
    'repo/.env': `# of before\nexport DB_PASSWORD="${imported}" # c\nEMPTY=\n`,
    vault: `${vault}\n`,
  }
  mkdirSync(join(root, 'repo'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
})
afterAll(async () => {
  await wherry('down')
  rmSync(root, { recursive: true, force: true })
})

async function wherry(...args: readonly string[]): Promise<ExecResult> {
  return given('', ...args)
}

const program = resolve(import.meta.dirname, '../../bin/wherry')

/** With this on its standard input. */
async function given(input: string, ...args: readonly string[]): Promise<ExecResult> {
  return run([program, ...args], input)
}

async function run(argv: readonly [string, ...string[]], input = ''): Promise<ExecResult> {
  const own = { WHERRY_STATE: join(root, 'state'), XDG_CONFIG_HOME: join(root, 'config') }
  const env = { ...environment(), ...own }
  const result = await exec(argv, { cwd: join(root, 'repo'), env, input, timeout: 240_000 })
  said.push(result.stdout, result.stderr)
  return result
}

const page = async (name: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}/${name}`)).text()
const up = (...args: readonly string[]) => wherry('up', '--detach', '--port', String(port), '--json', ...args)

test('a terminal that asks does not show what is typed; an argument is not taken', async () => {
  const typed = resolve(import.meta.dirname, '../support/typed.py')
  const { stdout, code } = await run(['python3', typed, stripe, program, 'secrets', 'set', 'STRIPE_KEY'])
  expect(code, stdout).toBe(0)
  expect(stdout).toContain('STRIPE_KEY: ')
  expect(await wherry('secrets', 'set', 'STRIPE_KEY', 'a-value')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.not.stringContaining('a-value'),
  })
})

test('an encrypted file and a vault’s program give the app what it reads', async () => {
  const taken = await wherry('secrets', 'import', '.env')
  expect(taken.stdout).toContain('EMPTY: it is empty')
  expect((await wherry('secrets', 'list')).stdout).toBe('DB_PASSWORD\nSTRIPE_KEY\n')

  expect(await up()).toMatchObject({ code: 1, stdout: expect.stringContaining('hooks-not-allowed') })
  const stop = watchArguments(canaries)
  const first = await up('--allow-hooks')
  expect(first.code, first.stderr).toBe(0)
  expect(stop()).toEqual([])
  expect([await page('STRIPE_KEY'), await page('DB_PASSWORD'), await page('VAULT_KEY')]).toEqual([
    stripe,
    imported,
    vault,
  ])
  expect(JSON.parse((await up()).stdout)).toMatchObject({ outcome: 'already-serving' })
})

test('a changed one makes a release, and a rollback has those of its release', async () => {
  expect(await given(changed, 'secrets', 'set', 'STRIPE_KEY')).toMatchObject({ code: 0 })
  expect(JSON.parse((await up()).stdout)).toMatchObject({ outcome: 'released', release: { number: 2 } })
  expect(await page('STRIPE_KEY')).toBe(changed)
  expect(await wherry('rollback')).toMatchObject({ code: 0 })
  expect(await page('STRIPE_KEY')).toBe(stripe)
  // Given by hand it wins, and the vault is not asked.
  rmSync(join(root, 'vault'))
  expect((await up()).stdout).toContain('secret-command-failed')
  expect((await up('--env', 'VAULT_KEY=of a person')).code).toBe(0)
  expect(await page('VAULT_KEY')).toBe('of a person')
})

test('values lie where they must, readable by their owner alone, and nowhere else', async () => {
  const found = holders(root, canaries).filter(({ file }) => file !== 'repo/.env')
  expect(found.filter(({ mode }) => (mode & 0o077) !== 0)).toEqual([])
  const places = new Set(found.map(({ file }) => file.replace(/^state\/[^/]+\//, '').replace(/\d+/g, 'N')))
  expect([...places].toSorted()).toEqual(['releases/N/web.json', 'secrets/N'])
  expect(readFileSync(join(root, 'repo/wherry.lock'), 'utf8')).toContain('"')
  expect((await page('files')).split('\n')).not.toContainEqual(expect.stringContaining('.wherry'))
})

test('what the app prints of one is hidden from whoever reads its logs; nothing Wherry said held one', async () => {
  await page('print')
  const { stdout } = await wherry('logs')
  expect(stdout).toContain('the key is [secret]')
  expect(said.filter(text => canaries.some(canary => text.includes(canary)))).toEqual([])
})
