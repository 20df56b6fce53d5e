import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { interleave, medians, publish } from '../support/bench.ts'

/** How long a person waits for the first word, against the floor: the same Node doing nothing. */
const root = resolve(import.meta.dirname, '../..')
const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/' }

test('the help is there within three times of an empty Node program', async () => {
  const run = async (argv: readonly [string, ...string[]], expected: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await exec(argv, { env })
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(expected)
  }
  const wherry = () => run([join(root, 'bin/wherry'), '--help'], /\bup\b.*\n/)
  const node = () => run([join(root, '.node/node'), '-e', '0'], /^$/)
  await wherry() // Fills Node's compile cache, which every later start of a checkout finds.
  const { wherry: ours, node: floor } = medians(await interleave(21, { wherry, node }))
  const ratio = ours / floor
  publish('start-up', [
    { what: 'wherry --help', unit: 'ms', figures: { wherry: ours, node: floor }, ratio, bar: '≤ 3' },
  ])
  expect(ratio).toBeLessThanOrEqual(3)
})
