import { expect, test } from 'vitest'
import { evidenceIn, exceptionIn } from './evidence.ts'

const traceback = [
  'starting',
  'Traceback (most recent call last):',
  '  File "/app/web.py", line 3, in <module>',
  '    import flsk',
  "ModuleNotFoundError: No module named 'flsk'",
  'worker ended',
]

test('a traceback is what explains a failure, from its first line on', () => {
  expect(evidenceIn(traceback).map(({ text }) => text)).toEqual(traceback.slice(1))
  expect(exceptionIn(traceback)).toBe("ModuleNotFoundError: No module named 'flsk'")
})

test('the last of several counts', () => {
  const again = [...traceback, 'Traceback (most recent call last):', '  File "x"', 'shop.errors.Broken: no', '']
  expect(exceptionIn(again)).toBe('shop.errors.Broken: no')
  expect(evidenceIn(again)).toHaveLength(4)
})

test('without one the last lines are shown', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`)
  expect(evidenceIn(lines).map(({ text }) => text)).toEqual(lines.slice(-30))
  expect(exceptionIn(lines)).toBeNull()
})

test('a long one is cut in the middle', () => {
  const frames = Array.from({ length: 200 }, (_, i) => `  frame ${i}`)
  const shown = evidenceIn(['Traceback (most recent call last):', ...frames, 'RecursionError: deep']).map(
    ({ text }) => text,
  )
  expect(shown.length).toBeLessThan(35)
  expect([shown[0], shown.at(-1)]).toEqual(['Traceback (most recent call last):', 'RecursionError: deep'])
})

test('escape sequences of an app reach no terminal', () => {
  expect(evidenceIn(['\u001B[31mred\u001B[0m \u001B]0;title\u0007x'])).toEqual([{ text: 'red x' }])
})
