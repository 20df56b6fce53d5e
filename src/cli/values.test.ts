import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeRepository, removeRepository } from '../../test/support/repository.ts'
import { moment, outputFile, releaseNumber } from './values.ts'

let root = ''
beforeEach(() => {
  root = makeRepository({ 'a.txt': '' })
})
afterEach(() => removeRepository(root))

const now = Date.parse('2026-05-01T12:00:00Z')

test.each([
  ['90s', '2026-05-01T11:58:30Z'],
  ['2h', '2026-05-01T10:00:00Z'],
  ['2026-03-02', '2026-03-02T00:00'],
  ['2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z'],
])('%s is a time', (text, expected) => {
  expect(moment(text, now)).toBe(Date.parse(expected))
})

test.each(['5', '30', 'may', '', '2026', 'yesterday 5'])('%j is none', text => {
  expect(() => moment(text, now)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
})

test('a file that cannot be written is refused before anything is done', () => {
  mkdirSync(join(root, 'directory'))
  expect(outputFile(join(root, 'x.tar'), '--out')).toBe(join(root, 'x.tar'))
  for (const path of ['none/x.tar', 'a.txt/x.tar', 'directory'])
    expect(() => outputFile(join(root, path), '--out')).toThrow(expect.objectContaining({ code: 'bad-argument' }))
})

test('a path where a release belongs is told its option', () => {
  expect(releaseNumber('12')).toBe(12)
  expect(() => releaseNumber(root)).toThrow(
    expect.objectContaining({ next: expect.stringContaining(`--path ${root}`) }),
  )
})
