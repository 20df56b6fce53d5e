import { expect, test } from 'vitest'
import { configSchema } from './schema.ts'

const isTaken = (output: string): boolean =>
  configSchema.safeParse({ 'front-end': [{ directory: 'web', outputs: [output] }] }).success

test.each(['dist', 'web/dist', 'a..b/c', '...'])('%j is a place in the repository', output => {
  expect(isTaken(output)).toBe(true)
})

test.each(['/etc', '..', '../x', 'a/../../b', 'a/..', 'x\n/../../../etc', 'a\\b', 'a\0b'])('%j is none', output => {
  expect(isTaken(output)).toBe(false)
})
