import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { encode, signStatement } from './bundle.ts'
import { openKey } from './key.ts'
import type { Statement } from './statement.ts'

const ed25519 = () => generateKeyPairSync('ed25519')
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }).toString()
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [],
  predicateType: 'https://slsa.dev/provenance/v1',
}

// The example of DSSE's own protocol text.
test('the encoding that is signed is that of DSSE', () => {
  const encoded = encode('http://example.com/HelloWorld', Buffer.from('hello world')).toString()
  expect(encoded).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

test.each([
  ['Ed25519', ed25519, null],
  ['P-256', p256, 'sha256'],
])('what %s signs, its public key verifies, and no other', (_, make, digest) => {
  const pair = make()
  const bundle = signStatement(statement as unknown as Statement, openKey(pem(pair.privateKey), 'key.pem'))
  const { payload, payloadType, signatures } = bundle.dsseEnvelope
  const signed = encode(payloadType, Buffer.from(payload, 'base64'))
  const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64')
  expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toEqual(statement)
  expect(verify(digest, signed, pair.publicKey, signature)).toBe(true)
  expect(verify(digest, signed, make().publicKey, signature)).toBe(false)
})

test('with Ed25519 the same statement gives the same bundle', () => {
  const key = openKey(pem(ed25519().privateKey), 'key.pem')
  const sign = (): unknown => signStatement(statement as unknown as Statement, key)
  expect(sign()).toEqual(sign())
})

test.each([
  ['a public key', () => pem(ed25519().publicKey), 'a public key'],
  ['another curve', () => pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey), 'secp384r1'],
  ['RSA', () => pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), 'rsa'],
  ['cosign’s own form', () => '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nx\n-----END', 'SIGSTORE'],
  ['nonsense', () => 'hello', 'no private key'],
])('%s is refused', (_, text, what) => {
  expect(() => openKey(text(), 'key.pem')).toThrow(
    expect.objectContaining({ code: 'unusable-key', what: expect.stringContaining(what) }),
  )
})

test('a pass phrase opens a protected key; without the right one that is said', () => {
  const lock = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' } as const
  const privateKey = ed25519().privateKey.export(lock).toString()
  expect(openKey(privateKey, 'key.pem', 'right').hint).toMatch(/=$/)
  expect(() => openKey(privateKey, 'key.pem', 'wrong')).toThrow(
    expect.objectContaining({ why: 'the pass phrase does not fit' }),
  )
  expect(() => openKey(privateKey, 'key.pem')).toThrow(
    expect.objectContaining({ why: expect.stringContaining('protected') }),
  )
})
