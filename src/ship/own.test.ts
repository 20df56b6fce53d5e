import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeRepository, removeRepository } from '../../test/support/repository.ts'
import { openCache } from '../kit/cache.ts'
import { makeOwn } from './own.ts'

let root = ''
beforeEach(() => {
  const program = "require('fs').writeFileSync('made', '')"
  root = makeRepository({
    Dockerfile: 'FROM scratch\n',
    'wherry.toml': `[image]\ndockerfile = "Dockerfile"\n[hooks]\nbefore-image = ${JSON.stringify([process.execPath, '-e', program])}\n`,
  })
  // A machine on which nothing builds Dockerfiles.
  for (const name of ['DOCKER_HOST', 'CONTAINER_HOST']) vi.stubEnv(name, `unix://${root}/none`)
  vi.stubEnv('PATH', '/none')
})
afterEach(() => {
  removeRepository(root)
  vi.unstubAllEnvs()
})

const make = () => makeOwn(root, { report: () => {}, cache: openCache(join(root, '.cache')) })

test('hooks run around the image of a Dockerfile, once they are allowed', async () => {
  vi.stubEnv('XDG_CONFIG_HOME', root)
  vi.stubEnv('XDG_STATE_HOME', root)
  await expect(make()).rejects.toMatchObject({ code: 'hooks-not-allowed' })
  expect(existsSync(join(root, 'made'))).toBe(false)
  vi.stubEnv('WHERRY_HOOKS', 'allow')
  await expect(make()).rejects.toMatchObject({ code: 'no-builder' })
  expect(existsSync(join(root, 'made'))).toBe(true)
})
