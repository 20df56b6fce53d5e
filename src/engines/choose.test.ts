import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openCache } from '../kit/cache.ts'
import { chooseEngine, namedEngine } from './choose.ts'
import { engineUnavailable } from './errors.ts'

test('a word that is no engine is refused with those that are', () => {
  expect(namedEngine({})).toBeNull()
  expect(namedEngine({ WHERRY_ENGINE: 'podman' })).toBe('podman')
  expect(() => namedEngine({ WHERRY_ENGINE: 'lxc' })).toThrow(
    expect.objectContaining({ code: engineUnavailable.entry.code, next: expect.stringContaining('podman') }),
  )
})

test('an engine that was named and does not answer is no reason to use another', async () => {
  const root = mkdtempSync(join(tmpdir(), 'wherry-choose-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const env = { WHERRY_ENGINE: 'docker', DOCKER_HOST: `unix://${root}/docker.sock` }
  await expect(chooseEngine({ cache: openCache(root), trustedLayers: [], env })).rejects.toMatchObject({
    code: engineUnavailable.entry.code,
    why: expect.stringContaining('DOCKER_HOST'),
  })
})
