import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readNpmSettings, registryOf } from './settings.ts'

let home: string
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'npmrc-'))))
afterEach(() => rmSync(home, { recursive: true }))

const settings = (npmrc: string, env: Record<string, string> = {}) => {
  writeFileSync(join(home, '.npmrc'), npmrc)
  return readNpmSettings({ PATH: '', NPM_CONFIG_GLOBALCONFIG: join(home, 'none'), ...env }, home)
}

test('the registry comes from the environment, else the user’s file; scopes have their own', async () => {
  const npmrc = 'registry = https://npm.acme.example/all\n@acme:registry="https://own.acme.example/npm/"\n; comment\n'
  const found = await settings(npmrc)
  expect(registryOf(found, 'left-pad')).toBe('https://npm.acme.example/all/')
  expect(registryOf(found, '@acme/ui')).toBe('https://own.acme.example/npm/')
  const other = await settings(npmrc, { npm_config_registry: 'http://localhost:4873' })
  expect(registryOf(other, 'left-pad')).toBe('http://localhost:4873/')
})

test('credentials go to the host and path they were set for, and nowhere else', async () => {
  const password = Buffer.from('p').toString('base64')
  const npmrc = `registry=https://r.example/npm/\n//r.example/npm/:_authToken=\${TOKEN}\n//b.example/:username=u\n//b.example/:_password=${password}\n`
  const { authorize } = await settings(npmrc, { TOKEN: 't0k' })
  expect(authorize('https://r.example/npm/@a/b/-/b-1.tgz')?.reveal()).toBe('Bearer t0k')
  expect(authorize('https://r.example/other/')).toBeNull()
  expect(authorize('https://evil.example/npm/')).toBeNull()
  expect(authorize('https://r.example:8443/npm/')).toBeNull()
  expect(authorize('https://b.example/x')?.reveal()).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`)
  expect(String(authorize('https://b.example/x'))).toBe('[secret]')
})

test('without a setting and without npm there is none', async () => {
  await expect(settings('')).rejects.toMatchObject({ code: 'npm-registry-unknown' })
})
