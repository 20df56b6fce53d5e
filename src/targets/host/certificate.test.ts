import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../kit/exec.ts'
import { readCertificate } from './certificate.ts'

let place: string
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'certificate-'))
  await make('shop', 'DNS:shop.example,DNS:*.shop.example')
  await make('other', 'DNS:other.example')
})
afterAll(() => rmSync(place, { recursive: true }))

async function make(name: string, names: string): Promise<void> {
  const files = ['-keyout', join(place, `${name}.key`), '-out', join(place, `${name}.pem`)]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-days', '2']
  const { code, stderr } = await exec(['openssl', 'req', '-x509', ...key, ...about, ...files])
  if (code !== 0) throw new Error(stderr)
}

const read = (certificate: string, key: string, names: readonly string[], now = new Date()) =>
  readCertificate(place, { certificate, key }, { names, now })

test('what browsers would take is read, and its key never shows', async () => {
  const { chain, key } = await read('shop.pem', 'shop.key', ['shop.example', '*.shop.example', 'a.shop.example'])
  expect(chain).toBe(readFileSync(join(place, 'shop.pem'), 'utf8'))
  expect(key.reveal()).toBe(readFileSync(join(place, 'shop.key'), 'utf8'))
  expect(JSON.stringify({ key })).not.toContain('PRIVATE')
})

test.each([
  ['another key', 'shop.pem', 'other.key', ['shop.example'], 0, /key is another/],
  ['a name that it has not', 'shop.pem', 'shop.key', ['shop.example', 'www.example'], 0, /not name www\.example/],
  ['a wildcard that it has not', 'other.pem', 'other.key', ['*.other.example'], 0, /not name \*\.other\.example/],
  ['one that has run out', 'shop.pem', 'shop.key', ['shop.example'], 3, /ran out/],
  ['one that does not count yet', 'shop.pem', 'shop.key', ['shop.example'], -3, /counts from/],
  ['no such file', 'none.pem', 'shop.key', [], 0, /cannot be read/],
  ['files changed for each other', 'shop.key', 'shop.pem', [], 0, /not what it should be/],
])('%s is refused by name', async (_, certificate, key, names, days, what) => {
  const now = new Date(Date.now() + days * 86_400_000)
  await expect(read(certificate, key, names, now)).rejects.toMatchObject({
    code: 'certificate-unusable',
    what: expect.stringMatching(what),
  })
})

test('a key that is damaged is not quoted', async () => {
  writeFileSync(join(place, 'torn.key'), '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n')
  const error = await read('shop.pem', 'torn.key', []).catch((reason: unknown) => reason)
  expect(JSON.stringify(error)).not.toContain('MIGH')
  expect(error).toMatchObject({ code: 'certificate-unusable' })
})
