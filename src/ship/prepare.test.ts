import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { makeRepository, removeRepository } from '../../test/support/repository.ts'
import { prepare } from './prepare.ts'

let root = ''
afterEach(() => {
  removeRepository(root)
  vi.unstubAllEnvs()
})

test('what the hook before the image writes is read, and whoever asks runs the hook', async () => {
  const program = "require('fs').writeFileSync('Procfile', 'worker: python jobs.py')"
  root = makeRepository({
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'requirements.txt': 'flask\n',
    'wherry.toml': `[hooks]\nbefore-image = ${JSON.stringify([process.execPath, '-e', program])}\n`,
  })
  vi.stubEnv('WHERRY_HOOKS', 'allow')
  let asked = 0
  const aroundHook = async (run: () => Promise<void>): Promise<void> => {
    asked += 1
    await run()
  }
  const { project } = await prepare(root, { report: () => {}, aroundHook })
  expect(asked).toBe(1)
  expect(project.processes.map(({ name }) => name)).toContain('worker')
})

test('commands that give secrets of the environment are allowed by themselves, and again when a hook has changed them', async () => {
  vi.stubEnv('WHERRY_STATE', mkdtempSync(join(tmpdir(), 'prepare-')))
  const toml = `[secrets]\nKEY = { command = ["op", "read"], for = ["production"] }\n`
  const source = `const fs = require('fs'); fs.appendFileSync('wherry.toml', process.argv[1])`
  const argv = [process.execPath, '-e', source, '[secrets.OTHER]\ncommand = ["sh"]\n']
  root = makeRepository({
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    'requirements.txt': 'flask\n',
    'wherry.toml': toml,
  })
  const options = { report: () => {}, environment: 'production' }
  await prepare(root, { report: () => {}, environment: 'local' })
  await prepare(root, { report: () => {} })
  await expect(prepare(root, options)).rejects.toMatchObject({
    code: 'hooks-not-allowed',
    evidence: [{ text: 'secrets.KEY = ["op","read"]' }],
  })
  await prepare(root, { ...options, allowHooks: true })
  await prepare(root, options)

  const hooks = `[hooks]\nbefore-image = ${JSON.stringify(argv)}\n`
  writeFileSync(join(root, 'wherry.toml'), hooks)
  await prepare(root, { report: () => {}, allowHooks: true })
  writeFileSync(join(root, 'wherry.toml'), hooks)
  await expect(prepare(root, options)).rejects.toMatchObject({ evidence: [{ text: 'secrets.OTHER = ["sh"]' }] })
  rmSync(process.env['WHERRY_STATE'] ?? '', { recursive: true })
})
