import { expect, test } from 'vitest'
import { ownArchitecture } from '../kit/architecture.ts'
import { architectureFor, refuseOther } from './request.ts'

const config = (platform?: 'linux/amd64' | 'linux/arm64') => ({ config: platform ? { image: { platform } } : {} })
const other = ownArchitecture === 'arm64' ? 'linux/amd64' : 'linux/arm64'
const own = `linux/${ownArchitecture}` as const

test('what is asked for now wins over the config, and this machine’s is what is left', () => {
  expect(architectureFor(config(), undefined)).toBe(ownArchitecture)
  expect(architectureFor(config('linux/arm64'), undefined)).toBe('arm64')
  expect(architectureFor(config('linux/arm64'), 'linux/amd64')).toBe('amd64')
})

test('an image of another architecture is not started here; the way out says this machine’s', () => {
  const refused = expect.objectContaining({
    code: 'other-platform',
    next: expect.stringContaining(`--platform ${own}`),
  })
  expect(() => refuseOther(config(other), undefined)).toThrow(refused)
  expect(() => refuseOther(config(), other)).toThrow(refused)
  expect(() => refuseOther(config(other), own)).not.toThrow()
})
