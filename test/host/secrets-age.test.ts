import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { parseDotenv } from '../../src/secrets/dotenv.ts'
import { addRecipient, changeSecrets, readSecrets, recipientsOf, secretsPlace } from '../../src/secrets/index.ts'
import { apt } from '../support/apt.ts'

/** Our files before the programs whose formats they are: age, and python-dotenv. */
let root: string
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'wherry-age-'))
  await apt('age')
})
afterAll(() => rmSync(root, { recursive: true }))

async function run(argv: readonly [string, ...string[]], input = ''): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, { input, timeout: 60_000 })
  expect(code, stderr).toBe(0)
  return stdout
}

test('age reads what we write, with our identity and with one of its own', async () => {
  const place = secretsPlace(root, 'production')
  const env = { XDG_CONFIG_HOME: join(root, 'config') }
  const { made } = await changeSecrets(place, values => void values.set('KEY', 'ü\n"'), env)
  await run(['age-keygen', '-o', join(root, 'own.key')])
  const [identity = ''] = readFileSync(join(root, 'own.key'), 'utf8').split('\n').slice(-2)
  const [key = ''] = await recipientsOf([identity])
  expect((await run(['age-keygen', '-y', made ?? ''])).trim()).toMatch(/^age1/)
  expect((await run(['age-keygen', '-y', join(root, 'own.key')])).trim()).toBe(key)
  await addRecipient(place, { name: 'ci', key }, env)
  for (const file of [made ?? '', join(root, 'own.key')]) {
    const plain = await run(['age', '-d', '-i', file, join(root, place.file)])
    expect(JSON.parse(plain)).toMatchObject({ secrets: { KEY: 'ü\n"' } })
  }
})

test('we read what age writes for our list of recipients, and write it on', async () => {
  const place = secretsPlace(root, 'production')
  const env = { XDG_CONFIG_HOME: join(root, 'config') }
  const secrets = { secrets: { OTHER: '1', KEY: 'of age' } }
  const sealed = await run(['age', '-e', '-a', '-R', join(root, place.recipients)], JSON.stringify(secrets))
  writeFileSync(join(root, place.file), sealed)
  expect(await readSecrets(place, { WHERRY_AGE_IDENTITY_FILE: join(root, 'own.key') })).toEqual(
    new Map([
      ['OTHER', '1'],
      ['KEY', 'of age'],
    ]),
  )
  const { recipients } = await changeSecrets(place, values => void values.delete('OTHER'), env)
  expect(recipients.map(({ name }) => name)).toEqual([expect.any(String), 'ci'])
  expect(await readSecrets(place, env)).toEqual(new Map([['KEY', 'of age']]))
})

test('.env files are read as python-dotenv reads them', async () => {
  await run(['python3', '-m', 'venv', join(root, 'venv')])
  const python = join(root, 'venv/bin/python')
  await run([python, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', 'python-dotenv==1.2.4'])
  const word = fc.constantFrom(
    'A',
    'B',
    'C',
    'export ',
    '=',
    '=',
    '=',
    '"',
    '"',
    "'",
    "'",
    '\\',
    '\\n',
    '#',
    ' #',
    ' ',
    '\n',
    '\n',
    '\r\n',
    '\t',
    '${A}',
    '${B:-x}',
    'é',
    '$A',
    'x y',
    '{',
    '}',
    ':-',
  )
  const texts = fc.sample(
    fc.array(word, { maxLength: 25 }).map(words => words.join('')),
    5000,
  )
  const script = `import io, json, os, sys
os.environ.clear()
from dotenv import dotenv_values
print(json.dumps([dotenv_values(stream=io.StringIO(text, newline="")) for text in json.load(sys.stdin)]))`
  const theirs = JSON.parse(await run([python, '-X', 'utf8', '-c', script], JSON.stringify(texts))) as Values[]
  const differing = texts.flatMap((text, i) => {
    const { values, left } = parseDotenv(text)
    // A reference to what the file lacks is nothing to them, and refused by us; what refers to that differs in turn.
    if (left.some(({ why }) => why !== 'the line cannot be read')) return []
    const ours = Object.fromEntries(values)
    return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(theirs[i] ?? {})) ? [] : [[text, ours, theirs[i]]]
  })
  expect(differing).toEqual([])
  expect(theirs.filter(values => Object.keys(values).length > 0).length).toBeGreaterThan(300)
})

type Values = Readonly<Record<string, string | null>>

function sorted(values: Values): [string, string | null][] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
