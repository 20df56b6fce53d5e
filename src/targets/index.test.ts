import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { frontOf, serverOf } from './host/settings.ts'
import { readTarget } from './index.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'wherry-targets-'))))
afterEach(() => rmSync(root, { recursive: true }))

const read = async (text: string, name = 'production', app: string | null = null) => {
  writeFileSync(join(root, 'wherry.toml'), text)
  return readTarget(root, name, app)
}

const whole = '[targets.production]\ntype = "host"\nhost = "deploy@203.0.113.5"\n'

test('a target is read by its name', async () => {
  expect(await read(`${whole}listen = "[::]:80"\nenv = { A = "1" }`)).toEqual({
    type: 'host',
    host: 'deploy@203.0.113.5',
    listen: '[::]:80',
    env: { A: '1' },
  })
})

test('of several apps each may have its own', async () => {
  const text = `${whole}[apps.api]\n[apps.admin.targets.production]\ntype = "host"\nhost = "elsewhere"\n`
  expect(await read(text)).toMatchObject({ host: 'deploy@203.0.113.5' })
  expect(await read(text, 'production', 'api')).toMatchObject({ host: 'deploy@203.0.113.5' })
  expect(await read(text, 'production', 'admin')).toMatchObject({ host: 'elsewhere' })
})

test.each<[string, string, string]>([
  ['', 'no-such-target', '[targets.production]'],
  ['[targets.prod]\ntype = "host"', 'no-such-target', '--to prod'],
  ['[targets.production]\nhost = "h"', 'invalid-config', 'type = "host"'],
  ['[targets.production]\ntype = "hots"', 'invalid-config', 'type = "host"'],
  ['[targets.production]\ntype = "constructor"', 'invalid-config', 'type = "host"'],
  [`${whole}listne = "0.0.0.0:80"`, 'invalid-config', '`listen`'],
  [`${whole}listen = "80"`, 'invalid-config', 'targets.production.listen'],
  [`${whole}port = 0`, 'invalid-config', 'targets.production.port'],
  [`${whole}domains = ["shop example"]`, 'invalid-config', 'targets.production.domains'],
  [`${whole}tls = { certificate = "a", key = "b" }`, 'invalid-config', 'targets.production.domains'],
  [`${whole}domains = ["*.a.example"]\ntls = { acme = true }`, 'invalid-config', 'targets.production.domains'],
  [
    `${whole}domains = ["a.example"]\ntls = { acme = true, key = "a" }`,
    'invalid-config',
    'Mend targets.production.tls;',
  ],
  [
    `${whole}domains = ["a.example"]\ntls = { acme = { mail = "a@b.example" } }`,
    'invalid-config',
    'Did you mean `email`',
  ],
  [`${whole}domains = ["a.example"]\ntls = { certificate = "a" }`, 'invalid-config', 'Mend targets.production.tls;'],
  ['[targets.production]\ntype = "host"\nhost = "-oProxyCommand=id"', 'invalid-config', 'targets.production.host'],
])('%j is refused with the next step', async (text, code, next) => {
  await expect(read(text)).rejects.toMatchObject({ code, next: expect.stringContaining(next) })
})

test('a name that is no part of a path is no target', async () => {
  await expect(read('[targets."../x"]\ntype = "host"\nhost = "h"', '../x')).rejects.toMatchObject({
    code: 'no-such-target',
  })
})

test('one server is named, and one only', () => {
  expect(serverOf('p', { type: 'host', hosts: ['a'] })).toBe('a')
  expect(() => serverOf('p', { type: 'host' })).toThrow(expect.objectContaining({ code: 'invalid-config' }))
  expect(() => serverOf('p', { type: 'host', hosts: ['a', 'b'] })).toThrow(
    expect.objectContaining({ code: 'several-hosts' }),
  )
})

test('names and HTTPS bring the ports that browsers expect', () => {
  const tls = { certificate: 'a', key: 'b' }
  const domains = ['shop.example']
  expect(frontOf({ type: 'host' })).toBeNull()
  expect(frontOf({ type: 'host', domains })).toEqual({ address: '0.0.0.0', port: 80, names: domains })
  expect(frontOf({ type: 'host', domains, tls })).toEqual({
    address: '0.0.0.0',
    port: 443,
    names: domains,
    tls: { plain: 80, hsts: false },
  })
  expect(frontOf({ type: 'host', listen: '[::]:8443', domains, tls: { ...tls, 'redirect-from': false } })).toEqual({
    address: '::',
    port: 8443,
    names: domains,
    tls: { plain: null, hsts: false },
  })
  expect(frontOf({ type: 'host', domains, tls: { acme: true } })).toMatchObject({
    tls: { acme: { directory: expect.stringMatching(/letsencrypt/), email: null, roots: null } },
  })
})
