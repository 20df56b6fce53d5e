import { expect, test } from 'vitest'
import { commandsFor, runSecretCommands } from './commands.ts'
import { gatherSecrets } from './gather.ts'
import { describeSources } from './given.ts'

const heard: string[] = []
const options = {
  repository: import.meta.dirname,
  environment: 'production',
  report: ({ text }: { readonly text: string }) => void heard.push(text),
}
const node = (source: string) => ({ command: [process.execPath, '-e', source] })
const gather = async (secrets: Parameters<typeof commandsFor>[0], without: readonly string[] = []) => {
  const { values, sources } = await gatherSecrets({ secrets: secrets as never }, { ...options, without })
  return { sources, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.reveal()])) }
}

test('what a program prints is the value, without the last newline; nothing of it is a shell’s', async () => {
  const { values, sources } = await gather({
    A: node('process.stdout.write("x$HOME\\ny\\n")'),
    B: { command: [process.execPath, '-e', 'console.log(process.argv[1])', '$(id)'] },
  })
  expect(values).toEqual({ A: 'x$HOME\ny', B: '$(id)' })
  expect(Object.keys(sources)).toEqual(['A', 'B'])
  expect(heard.join()).not.toContain('x$HOME')
})

test('a program runs for the environments it is for, and not where a value is given', async () => {
  const given = {
    A: { ...node('console.log(1)'), for: ['staging'] },
    B: node('console.log(process.env.WHERRY_ENVIRONMENT)'),
  }
  expect([...commandsFor(given, 'staging').keys()]).toEqual(['A', 'B'])
  expect((await gather(given)).values).toEqual({ B: 'production' })
  const failing = { A: node('process.exit(3)') }
  expect((await gather(failing, ['A'])).values).toEqual({})
})

test('its tokens are there for it; the key of Wherry is not', async () => {
  process.env['OP_TOKEN'] = 'of the vault'
  process.env['WHERRY_AGE_IDENTITY'] = 'of ours'
  try {
    const asked = new Map([['A', node('console.log(process.env.OP_TOKEN, process.env.WHERRY_AGE_IDENTITY)').command]])
    expect((await runSecretCommands(asked, options)).get('A')).toBe('of the vault undefined')
  } finally {
    delete process.env['OP_TOKEN']
    delete process.env['WHERRY_AGE_IDENTITY']
  }
})

test('one that fails is told by its complaint, in which what it printed is hidden', async () => {
  const source = 'console.log("sk_live_1"); console.error("not signed in; had sk_live_1"); process.exit(3)'
  await expect(gather({ A: node(source) })).rejects.toMatchObject({
    code: 'secret-command-failed',
    why: 'it ended with 3',
    evidence: [{ text: 'not signed in; had [secret]' }],
  })
  await expect(gather({ A: node('') })).rejects.toMatchObject({ why: 'it printed nothing' })
  await expect(gather({ A: { command: ['no-such-program'] } })).rejects.toMatchObject({ code: 'secret-command-failed' })
  await expect(gather({ A: node('process.stdout.write("x".repeat(300000))') })).rejects.toMatchObject({
    why: expect.stringContaining('longer than'),
  })
})

test('a process that stays asks once', async () => {
  const asked = new Map([['A', node('console.log(process.hrtime.bigint())').command]])
  const first = await runSecretCommands(asked, { ...options, resident: true })
  expect(await runSecretCommands(asked, { ...options, resident: true })).toEqual(first)
  expect(await runSecretCommands(asked, options)).not.toEqual(first)
})

test('names are told by where they come from, without those that have a value', () => {
  const sources = { A: '`op`', B: 'file', C: '`op`', D: 'file' }
  expect(describeSources({ values: {}, sources }, ['D'])).toEqual(['secrets A and C from `op`', 'secrets B from file'])
})
