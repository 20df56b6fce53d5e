import { expect, test } from 'vitest'
import { readAddress } from './address.ts'

const files = {
  text: () => null,
  has: (path: string) => path === 'libs/a',
  hasDirectory: (path: string) => path === '.',
}
const read = (text: string) => readAddress(text, { file: 'requirements.txt', root: '.', files })

test.each([
  ['./libs/a', 'libs/a', []],
  ['./libs/a[b,C_d]', 'libs/a', ['b', 'c-d']],
  ['./libs/a[b]#egg=a', 'libs/a', ['b']],
  ['libs/a#egg=a[b]', 'libs/a', []],
  ['.[all]', '.', ['all']],
])('%s', (text, path, extras) => {
  expect(read(text)).toMatchObject({ path, extras })
})

test.each(['./libs/a]', './libs/a[b]x', './libs[x]/a'])('%s names nothing that is there', text => {
  expect(read(text)).toBe('invalid')
})

test('a line of brackets is read in the time that its length takes', () => {
  expect(read(`./${'['.repeat(1_000_000)}`)).toBe('invalid')
})
