import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeCheckedToken } from '../../../../test/support/checked-token.ts'
import { hasBase62Crc } from './checks.ts'
import { isPlaceholder, looksRandom } from './plausible.ts'
import { rules } from './rules.ts'
import { scanText } from './scan.ts'
import { isSecretFile } from './secret-files.ts'

/** Made here, letter by letter: a real one must not lie in a repository, and scanners would stop one that looks real. */
const letters =
  'qT7zLw2XcVb9NmKj4HgFd6SaPo3IuYtR8eWn5DkZxQs1GhJyUrEvBpMfCiOlA0qT7zLw2XcVb9NmKj4HgFd6SaPo3IuYtR8eWn5DkZxQ'
const random = (length: number, alphabet = letters): string => {
  let text = ''
  for (let i = 0; text.length < length; i += 1) text += alphabet[(i * 7 + (i >> 2) * 5) % alphabet.length]
  return text
}
const hex = (length: number): string => random(length, '7a3f9c1e5b8d2046')
const upper = (length: number): string => random(length, 'QW7ER2TY5UI4OP6AS3DFGHJKLZXCVBNM'.replaceAll(/[018]/g, ''))
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
const jwt = (claims: object): string =>
  `eyJ${random(20)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${random(43)}`

const real: readonly (readonly [what: string, text: string])[] = [
  ['a GitHub token', makeCheckedToken('ghp_')],
  ['an npm token', makeCheckedToken('npm_')],
  ['a GitLab token', `glpat-${random(20)}`],
  ['a Slack token', `xoxb-${random(10, '7391846205')}-${random(10, '8264017395')}-${random(24)}`],
  ['a Slack webhook', `https://hooks.slack.com/services/T${upper(9)}/B${upper(9)}/${random(24)}`],
  ['a Telegram bot token', `7391846205:AA${random(33)}`],
  ['a Stripe key', `sk_live_${random(24)}`],
  ['an OpenAI key', `sk-proj-${random(40)}T3BlbkFJ${random(40)}`],
  ['an Anthropic key', `sk-ant-api03-${random(93)}AA`],
  ['a Hugging Face token', `hf_${random(40).replaceAll(/\d/g, '').slice(0, 34).padEnd(34, 'qWx')}`],
  ['a SendGrid key', `SG.${random(22)}.${random(43)}`],
  ['a DigitalOcean token', `dop_v1_${hex(64)}`],
  ['an AWS access key', `AKIA${upper(16)}`],
  ['an AWS secret key', `AWS_SECRET_ACCESS_KEY = "${random(40)}"`],
  ['an AWS secret key', `aws_secret_access_key: ${random(40)}`],
  ['a key of Azure storage', `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${random(86)}==;`],
  ['a Google API key', `GEMINI = "AIza${random(35)}"`],
  ['a Mailchimp key', `MAILCHIMP_KEY=${hex(32)}-us11`],
  ['a Supabase service key', jwt({ role: 'service_role', iss: 'supabase', ref: 'abcd' })],
  ['the password of a hosted database', `postgres://app:${random(16)}@db.abcd.supabase.co:5432/postgres`],
  ['the password of a hosted database', `mongodb+srv://app:${random(12)}@cluster0.x1y2z.mongodb.net/shop`],
  ['the token of a git server', `https://oauth2:${random(20)}@gitlab.com/acme/shop.git`],
  ['a private key', rsa],
  ['a private key', JSON.stringify({ private_key: rsa })],
]

test.each(real)('%s is found, with its line, and told without itself', (what, text) => {
  const found = scanText('shop/settings.py', `import os\n\nKEY = '''${text}'''\n`)
  expect(found).toEqual([{ file: 'shop/settings.py', line: 3, what, certain: true }])
})

test('a short key of a modern kind is a private key, too', () => {
  expect(scanText('a.py', pem).map(({ what }) => what)).toEqual(['a private key'])
})

test.each([
  `ghp_${'x'.repeat(36)}`,
  `ghp_${random(36)}`,
  `AKIAIOSFODNN7EXAMPLE`,
  `aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
  `sk_live_${'1234567890'.repeat(3)}`,
  `sk_test_${random(24)}`,
  `glpat-your-token-goes-here`,
  `-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n-----END PRIVATE KEY-----`,
  `postgres://postgres:postgres@db:5432/app`,
  `postgres://user:password@host.amazonaws.com/db`,
  `postgres://\${USER}:\${PASSWORD}@x.neon.tech/db`,
  `https://user:token@github.com/acme/shop`,
  `firebaseConfig = { apiKey: "AIza${random(35)}", authDomain: "x.firebaseapp.com" }`,
  `GOOGLE_MAPS_API_KEY = "AIza${random(35)}"`,
  jwt({ role: 'anon', iss: 'supabase' }),
  jwt({ role: 'service_role', iss: 'supabase-demo' }),
  `AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==`,
  `SECRET_KEY = 'django-insecure-${random(50)}'`,
  `sha256: ${hex(64)}, us-east-1, hash-us12`,
])('%j is none', text => {
  expect(scanText('settings.py', text)).toEqual([])
})

test('in tests and documentation only what a checksum proves is certain', () => {
  for (const file of ['tests/conftest.py', 'docs/setup.md', 'a/test_keys.py', 'web/auth.test.ts', '.env.example'])
    expect(scanText(file, `${rsa}\n${makeCheckedToken('gho_')}`).map(({ what, certain }) => [what, certain])).toEqual([
      ['a GitHub token', true],
      ['a private key', false],
    ])
})

test('an index’s password counts where indexes are named', () => {
  const line = `--index-url https://me:${random(12)}@index.example/simple`
  expect(scanText('requirements/prod.txt', line).map(({ what }) => what)).toEqual(['the password of a package index'])
  expect(scanText('notes.txt', line)).toEqual([])
  expect(scanText('requirements.txt', '--index-url https://user:password@index.example/simple')).toEqual([])
})

test('every rule can be reached, and every pattern keeps to its text', () => {
  for (const { what, marks, pattern } of rules) {
    expect(marks.length, what).toBeGreaterThan(0)
    expect(pattern.global, what).toBe(true)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), text => {
      for (const { line } of scanText('a.py', text)) expect(line).toBeLessThanOrEqual(text.split('\n').length)
    }),
  )
})

test.each([
  ['a key without an end', (n: number) => `-----BEGIN PRIVATE KEY-----${'\n'.repeat(n)}`],
  ['a host of one letter', (n: number) => `postgres://${'a'.repeat(n)}.neon.tech`],
  ['names of secrets', (n: number) => 'aws_secret_'.repeat(n / 10)],
  ['a Slack token without an end', (n: number) => `xoxb-${'1-'.repeat(n / 2)}`],
  ['heads of PuTTY keys', (n: number) => 'PuTTY-User-Key-File-2: '.repeat(n / 20)],
  ['heads of JSON tokens', (n: number) => 'eyJ.eyJ'.repeat(n / 7)],
  ['addresses', (n: number) => `${'https://a:b'.repeat(n / 11)}@github.com/`],
])('the cost of %s grows with its length, not with the square of it', (_, make) => {
  const cost = (n: number): number => {
    const text = make(n)
    const began = process.cpuUsage()
    scanText('requirements.txt', text)
    return process.cpuUsage(began).user
  }
  cost(1000)
  // Below some milliseconds the clock tells nothing.
  expect(cost(400_000)).toBeLessThan(24 * Math.max(cost(50_000), 5000))
})

test('what people type is told from what chance makes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 24, maxLength: 48 }), bytes => {
      const text = Buffer.from(bytes).toString('base64url')
      // Chance makes runs and words, too, but not often; a text of one letter is never random.
      if (new Set(text).size <= 2) expect(looksRandom(text)).toBe(false)
    }),
  )
  for (const text of ['your-api-key-here', 'xxxxxxxxxxxxxxxxxxxx', '12345678901234567890', 'aaaaaaaaaaaaaaaaaaaaaaaa'])
    expect(looksRandom(text)).toBe(false)
  for (const text of ['password', 'postgres', 'changeme', 'PASSWORD', 'db_password'])
    expect(isPlaceholder(text)).toBe(true)
  expect(hasBase62Crc(makeCheckedToken('ghp_'))).toBe(true)
})

test('encrypted files of environments stay out of a Dockerfile’s context, too, whatever their name', () => {
  expect(isSecretFile('.wherry/secrets/public.age', () => '')).toBe(true)
  expect(isSecretFile('.wherry/notes.md', () => '')).toBe(false)
})
