import { expect, test } from 'vitest'
import { downloadFailed } from '../../kit/errors.ts'
import { namingFullDisk } from './disk.ts'
import { cannotResolve } from './errors.ts'

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

test.each([
  ['a write', full],
  ['a download that gave up', downloadFailed({ what: 'x', next: 'y', cause: full })],
  ['a quota', Object.assign(new Error('quota'), { code: 'EDQUOT' })],
  [
    'a program in the sandbox',
    cannotResolve({ what: 'x', next: 'y', evidence: [{ text: 'Caused by: No space left on device (os error 28)' }] }),
  ],
])('%s that met a full disk is told as a full disk', async (_, error) => {
  await expect(namingFullDisk('/cache', () => Promise.reject(error))).rejects.toMatchObject({
    code: 'disk-full',
    exit: 75,
  })
})

test('anything else stays what it is', async () => {
  const other = cannotResolve({ what: 'x', next: 'y', evidence: [{ text: 'no version of os-error' }] })
  await expect(namingFullDisk('/cache', () => Promise.reject(other))).rejects.toBe(other)
  expect(await namingFullDisk('/cache', async () => 7)).toBe(7)
})
