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
