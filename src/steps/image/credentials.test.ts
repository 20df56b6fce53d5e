import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hideCredentials, restoreCredentials, withoutCredentials } from './credentials.ts'

test.each([
  ['https://user:secret@index.example/simple/', 'https://index.example/simple/'],
  ['https://token@index.example/simple', 'https://index.example/simple'],
  ['git+https://u:p@host.example/x.git', 'git+https://host.example/x.git'],
  ['https://index.example/simple', 'https://index.example/simple'],
  ['>=1.0', '>=1.0'],
])('%s is recorded as %s', (address, recorded) => {
  expect(withoutCredentials(address)).toBe(recorded)
})

test('whatever user and password are, nothing of them is left', () => {
  const word = fc
    .stringMatching(/^[A-Za-z0-9!$&'()*+,;=%._~-]{6,30}$/)
    .filter(text => URL.canParse(`https://${text}@h.example/`))
  fc.assert(
    fc.property(word, word, (user, password) => {
      expect(withoutCredentials(`https://${user}:${password}@h.example/a`)).toBe('https://h.example/a')
      expect(hideCredentials(`for https://${user}:${password}@h.example/a`)).toBe('for https://***@h.example/a')
    }),
  )
})

test('an address gets back the credentials that the settings hold for it, and no others', () => {
  const known = ['https://u:p@one.example/debian/', 'https://v:q@two.example/debian']
  expect(restoreCredentials('https://one.example/debian', known)).toBe('https://u:p@one.example/debian/')
  expect(restoreCredentials('https://one.example/other', known)).toBe('https://one.example/other')
})
