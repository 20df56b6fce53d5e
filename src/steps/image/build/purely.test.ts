import { expect, test } from 'vitest'
import type { SourceDistribution } from '../../../model/lock.ts'
import { refuseCompiled, refuseUnlessPure } from './purely.ts'

const arm = { purely: 'arm64' } as const
const here = { purely: null }
const source = {
  name: 'a',
  version: '1',
  file: 'a-1.tar.gz',
  url: 'https://files.example/a',
  size: 1,
  sha256: 'a'.repeat(64),
}
const tool = (file: string) => ({ ...source, name: 'tool', file })
const sdist = (build: SourceDistribution['build']): SourceDistribution => ({ ...source, build })
const pure = sdist({ packages: null, wheels: [tool('tool-1-py3-none-any.whl')] })
const refused = (why: string) =>
  expect.objectContaining({
    code: 'cannot-compile-for-platform',
    what: expect.stringContaining('linux/arm64'),
    why: expect.stringContaining(why),
  })

test('pure Python built with pure tools is the same everywhere', () => {
  expect(() => refuseCompiled(pure, arm)).not.toThrow()
  expect(() => refuseUnlessPure(source, 'a-1-py2.py3-none-any.whl', arm)).not.toThrow()
})

test('what is compiled, by tools that are, or into a wheel of one machine is refused for another architecture', () => {
  expect(() => refuseCompiled(sdist({ packages: [], wheels: [] }), arm)).toThrow(refused('compiled'))
  const tools = [tool('tool-1-cp313-cp313-manylinux_2_17_x86_64.whl')]
  expect(() => refuseCompiled(sdist({ packages: null, wheels: tools }), arm)).toThrow(refused('tool 1'))
  const wheel = 'a-1-py3-none-linux_x86_64.whl'
  expect(() => refuseUnlessPure(source, wheel, arm)).toThrow(refused(wheel))
})

test('for this machine all of it may be built', () => {
  expect(() => refuseCompiled(sdist({ packages: [], wheels: [] }), here)).not.toThrow()
  expect(() => refuseUnlessPure(source, 'a-1-cp313-cp313-linux_x86_64.whl', here)).not.toThrow()
})
