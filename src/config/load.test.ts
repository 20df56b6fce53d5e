import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCheckout } from '../kit/checkout/index.ts'
import { loadConfig, type LoadedConfig } from './load.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'wherry-config-'))))
afterEach(() => rmSync(root, { recursive: true }))

async function load(files: Record<string, string>): Promise<LoadedConfig> {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text)
  return loadConfig(await openCheckout(root))
}

test('no file is no config', async () => {
  expect(await load({ 'pyproject.toml': '[project]\nname = "x"' })).toMatchObject({
    config: {},
    file: null,
    app: null,
    apps: [],
  })
})

test('wherry.toml wins over [tool.wherry]', async () => {
  const table = '[tool.wherry]\napp = "b:app"'
  expect(await load({ 'pyproject.toml': table })).toMatchObject({ config: { app: 'b:app' }, file: 'pyproject.toml' })
  expect(await load({ 'wherry.toml': 'app = "a:app"' })).toMatchObject({
    config: { app: 'a:app' },
    file: 'wherry.toml',
  })
})

test('an unknown key is named with its path and its nearest neighbour', async () => {
  await expect(load({ 'wherry.toml': '[release]\nhealth_path = "/up"' })).rejects.toMatchObject({
    code: 'invalid-config',
    what: expect.stringContaining('release.health_path'),
    next: expect.stringContaining('health-path'),
  })
  await expect(load({ 'wherry.toml': 'procesess = {}' })).rejects.toMatchObject({
    next: expect.stringContaining('`processes`'),
  })
})

test('a wrong value and broken TOML are named with their place', async () => {
  await expect(load({ 'wherry.toml': 'python = 3.13' })).rejects.toMatchObject({
    what: expect.stringContaining('python'),
  })
  await expect(load({ 'wherry.toml': 'name = "a"\n[broken' })).rejects.toMatchObject({
    code: 'invalid-config',
    evidence: [expect.objectContaining({ file: 'wherry.toml', line: 2 })],
  })
})

test('keys of a prototype are keys like any other', async () => {
  await expect(load({ 'wherry.toml': '__proto__ = 1' })).rejects.toMatchObject({ code: 'invalid-config' })
  await expect(load({ 'wherry.toml': 'constructor = 1' })).rejects.toMatchObject({ code: 'invalid-config' })
})

test('a key of one of several apps is judged like one of the file', async () => {
  await expect(load({ 'wherry.toml': '[apps.api.release]\nhealth_path = "/up"' })).rejects.toMatchObject({
    what: expect.stringContaining('apps.api.release.health_path'),
    next: expect.stringContaining('health-path'),
  })
  await expect(load({ 'wherry.toml': '[apps.Api]\nroot = "a"' })).rejects.toMatchObject({ code: 'invalid-config' })
})
