import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findIdentities, makeIdentity, ownIdentities, recipientsOf } from './identity.ts'
import { secretsPlace } from './place.ts'
import { seal, unseal } from './seal.ts'
import { addRecipient, changeSecrets, readRecipients, readSecrets, refuseUnknown, removeRecipient } from './store.ts'
import { faultOf, isSecretName } from './values.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'secrets-'))))
afterEach(() => rmSync(root, { recursive: true }))

const envOf = (who: string) => ({ XDG_CONFIG_HOME: join(root, who) })
const place = () => secretsPlace(root, 'production')
const path = (file: string) => join(root, file)
const set = (name: string, value: string, env = envOf('ada')) =>
  changeSecrets(place(), values => void values.set(name, value), env)
const keyOf = async (env: Record<string, string>): Promise<string> =>
  (await recipientsOf((await ownIdentities(env)).identities))[0] ?? ''

test('the first secret makes the key of whoever sets it, and the list of who can read it', async () => {
  const { made } = await set('STRIPE_KEY', 'sk_live_1')
  expect(made).toBe(join(root, 'ada/wherry/identity'))
  expect(statSync(made ?? '').mode & 0o777).toBe(0o600)
  expect(await readSecrets(place(), envOf('ada'))).toEqual(new Map([['STRIPE_KEY', 'sk_live_1']]))
  expect(await readRecipients(place())).toEqual([{ name: expect.any(String), key: await keyOf(envOf('ada')) }])
  expect(readFileSync(path(place().file), 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  expect(await set('OTHER', 'x')).toMatchObject({ made: null })
  expect(await readSecrets(secretsPlace(root, 'staging'), {})).toBeNull()
})

test('any name and any text that can be an environment variable come back as they were', async () => {
  const identity = await makeIdentity(join(root, 'key'))
  const [key = ''] = await recipientsOf([identity])
  const name = fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'toString'),
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/),
  )
  const value = fc
    .array(fc.integer({ min: 1, max: 0x10ffff }), { minLength: 1 })
    .map(points => String.fromCodePoint(...points))
    .filter(text => faultOf(text) === null)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name.filter(isSecretName), value)), async pairs => {
      const values = new Map(pairs)
      const text = await seal({ values, recipients: [{ name: 'ada', key }] })
      const read = await unseal(text, 'f', [identity])
      expect(read.values).toEqual(values)
      for (const [, each] of pairs) if (each.length > 8) expect(text).not.toContain(each)
    }),
    { numRuns: 40 },
  )
})

test('a file of which any byte was changed, or that was cut off, is refused', async () => {
  await set('STRIPE_KEY', 'sk_live_1')
  const whole = readFileSync(path(place().file), 'utf8')
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 2), fc.constantFrom('A', '+', '\n', 'é'), async (at, letter) => {
      const changed = whole.slice(0, at) + letter + whole.slice(at + 1)
      fc.pre(changed.trim() !== whole.trim())
      writeFileSync(path(place().file), changed)
      await expect(readSecrets(place(), envOf('ada'))).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:bad-secrets-file|not-a-recipient)$/),
      })
    }),
    { numRuns: 60 },
  )
  for (const cut of ['', whole.slice(0, 200), `${whole}${whole}`]) {
    writeFileSync(path(place().file), cut)
    await expect(readSecrets(place(), envOf('ada'))).rejects.toMatchObject({ code: 'bad-secrets-file' })
  }
})

test('who is added can read, who is removed cannot read what is written then, and all they knew is named', async () => {
  await set('STRIPE_KEY', 'sk_live_1')
  await set('A', '1')
  const bob = await keyOf(envOf('bob'))
  await expect(readSecrets(place(), envOf('bob'))).rejects.toMatchObject({ code: 'not-a-recipient' })
  await addRecipient(place(), { name: 'bob', key: bob }, envOf('ada'))
  expect(await readSecrets(place(), envOf('bob'))).toHaveProperty('size', 2)
  await expect(removeRecipient(place(), 'bab', envOf('bob'))).rejects.toMatchObject({
    code: 'unknown-secret',
    next: 'Did you mean bob?',
  })
  expect(await removeRecipient(place(), 'bob', envOf('ada'))).toMatchObject({ known: ['A', 'STRIPE_KEY'] })
  await expect(readSecrets(place(), envOf('bob'))).rejects.toMatchObject({ code: 'not-a-recipient' })
  await expect(set('A', '2', envOf('bob'))).rejects.toMatchObject({ code: 'not-a-recipient' })
  expect((await readSecrets(place(), envOf('ada')))?.get('A')).toBe('1')
  await expect(removeRecipient(place(), await keyOf(envOf('ada')), envOf('ada'))).rejects.toMatchObject({
    code: 'bad-recipient',
  })
})

test('nothing is encrypted for somebody whom only an edit of the list has added', async () => {
  await set('A', '1')
  const mallory = await keyOf(envOf('mallory'))
  const list = path(place().recipients)
  writeFileSync(list, `${readFileSync(list, 'utf8')}\n# mallory\n${mallory}\n`)
  await expect(set('A', '2')).rejects.toMatchObject({ code: 'recipients-changed', why: 'It adds mallory.' })
  await addRecipient(place(), { name: 'mallory', key: mallory }, envOf('ada'))
  await set('A', '2')
  expect((await readSecrets(place(), envOf('mallory')))?.get('A')).toBe('2')
})

test('recipients that are none, or have the name of another, are refused', async () => {
  await set('A', '1')
  const bob = await keyOf(envOf('bob'))
  const add = (name: string, key: string) => addRecipient(place(), { name, key }, envOf('ada'))
  await add('bob', bob)
  const wrong = bob.endsWith('q') ? `${bob.slice(0, -1)}p` : `${bob.slice(0, -1)}q`
  for (const [name, key] of [
    ['x', wrong],
    ['x', 'age1'],
    ['x', 'ssh-ed25519 AAAA'],
    ['a\nb', bob],
    ['', bob],
    ['bob', await keyOf(envOf('eve'))],
  ] as const)
    await expect(add(name, key)).rejects.toMatchObject({ code: 'bad-recipient' })
})

test('conflict markers are told as such', async () => {
  await set('A', '1')
  const text = readFileSync(path(place().file), 'utf8')
  writeFileSync(path(place().file), text.replace('\n', '\n<<<<<<< HEAD\n'))
  await expect(readSecrets(place(), envOf('ada'))).rejects.toMatchObject({ code: 'secrets-conflict' })
  writeFileSync(path(place().file), text)
  writeFileSync(path(place().recipients), '<<<<<<< HEAD\n=======\n>>>>>>> other\n')
  await expect(set('A', '2')).rejects.toMatchObject({ code: 'secrets-conflict' })
})

test('without an identity what is there cannot be read, and none is made in vain', async () => {
  await set('A', '1')
  await expect(readSecrets(place(), envOf('bob'))).rejects.toMatchObject({ code: 'no-identity' })
  await expect(set('A', '2', envOf('bob'))).rejects.toMatchObject({ code: 'no-identity' })
  expect(await findIdentities(envOf('bob'))).toBeNull()
})

test('an identity comes by a variable, by a file that one names, or from the place of one’s own', async () => {
  const identity = await makeIdentity(join(root, 'ci.key'))
  expect(await findIdentities({ WHERRY_AGE_IDENTITY: ` # ci\n${identity}\r\n` })).toEqual([identity])
  chmodSync(join(root, 'ci.key'), 0o644)
  expect(await findIdentities({ WHERRY_AGE_IDENTITY_FILE: join(root, 'ci.key') })).toEqual([identity])
  await expect(findIdentities({ WHERRY_AGE_IDENTITY_FILE: join(root, 'none') })).rejects.toMatchObject({
    code: 'no-identity',
  })
  await expect(findIdentities({ WHERRY_AGE_IDENTITY: 'hunter2' })).rejects.toSatisfy(
    (error: { code: string }) => error.code === 'bad-identity' && !JSON.stringify(error).includes('hunter2'),
  )
  await expect(makeIdentity(join(root, 'ci.key'))).rejects.toMatchObject({ code: 'bad-identity' })
  const { made } = await ownIdentities(envOf('ada'))
  chmodSync(made ?? '', 0o640)
  await expect(findIdentities(envOf('ada'))).rejects.toMatchObject({ code: 'identity-exposed' })
})

test('links that lead out of the repository are not followed', async () => {
  await set('A', '1')
  const outside = mkdtempSync(join(tmpdir(), 'outside-'))
  rmSync(path('.wherry'), { recursive: true })
  symlinkSync(outside, path('.wherry'))
  await expect(set('A', '1')).rejects.toMatchObject({ code: 'bad-secrets-file' })
  rmSync(path('.wherry'))
  mkdirSync(dirname(path(place().file)), { recursive: true })
  symlinkSync('/etc/passwd', path(place().file))
  await expect(readSecrets(place(), envOf('ada'))).rejects.toMatchObject({ code: 'bad-secrets-file' })
  rmSync(outside, { recursive: true })
})

test('a name that is not there is told with the nearest', () => {
  expect(() => refuseUnknown(place(), 'STRIPE_KY', ['STRIPE_KEY'])).toThrow(
    expect.objectContaining({ code: 'unknown-secret', next: 'Did you mean STRIPE_KEY?' }),
  )
  expect(() => secretsPlace(root, '../x')).toThrow(expect.objectContaining({ code: 'bad-environment' }))
})
