import { expect, test } from 'vitest'
import { readModule } from './module.ts'
import { rememberModule } from './remember.ts'

test('a text is read once in its place, and again when it changed', () => {
  const first = rememberModule('app.py', 'x = 1\n')
  expect(rememberModule('app.py', 'x = 1\n')).toBe(first)
  expect(rememberModule('app.py', 'y = 2\n')).toEqual(readModule('y = 2\n'))
  expect(rememberModule('app.py', 'x = 1\n')).toEqual(first)
})

test('equal texts in two places are two modules', () => {
  expect(rememberModule('a/__init__.py', 'from .app import x\n')).not.toBe(
    rememberModule('b/__init__.py', 'from .app import x\n'),
  )
})

test('what was used longest ago is forgotten when there is too much', () => {
  const text = (n: number): string => `x = ${n}\n#${' '.repeat(1024 ** 2)}\n`
  const modules = Array.from({ length: 12 }, (_, n) => rememberModule(`large/${n}.py`, text(n)))
  expect(rememberModule('large/11.py', text(11))).toBe(modules[11])
  expect(rememberModule('large/0.py', text(0))).not.toBe(modules[0])
})
