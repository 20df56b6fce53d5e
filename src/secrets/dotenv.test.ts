import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDotenv } from './dotenv.ts'

const read = (text: string): Record<string, string> => Object.fromEntries(parseDotenv(text).values)

test('values with and without quotes, comments, export, blanks', () => {
  expect(read('A=b\n export  C = d e  # f\n\n# g\nH="i#j" # k\nL=\'m\'\r\nN=o#p\nQ=\nR= # s\nS=#t')).toEqual({
    A: 'b',
    C: 'd e',
    H: 'i#j',
    L: 'm',
    N: 'o#p',
    Q: '',
    R: '',
    S: '#t',
  })
  expect(read("'A B'=1\nB=é")).toEqual({ 'A B': '1', B: 'é' })
  expect(read('\uFEFFA=1')).toEqual({ A: '1' })
})

test('quotes hold lines and escapes, each its own', () => {
  expect(read(String.raw`A="1\n2\"\t\$\\ "`)).toEqual({ A: '1\n2"\t\\$\\ ' })
  expect(read(String.raw`A='1\n\'\\ '`)).toEqual({ A: String.raw`1\n'\ ` })
  expect(read('A="1\n2"\nB=\'3\n\'')).toEqual({ A: '1\n2', B: '3\n' })
  expect(read('A="b\\"')).toEqual({})
})

test('a value may refer to values before it, and has a default', () => {
  expect(read("A=1\nB=${A}2${C:-3}${A:-4}\nC='${A}'\nD=$A")).toEqual({ A: '1', B: '1231', C: '1', D: '$A' })
  expect(parseDotenv('A=${HOME}').left).toEqual([
    { line: 1, name: 'A', why: 'it refers to HOME, which the file does not hold' },
  ])
})

test('what cannot be taken is told by its line, without the value, and the rest is read', () => {
  const { values, left } = parseDotenv('A=1\nB\n=c\nD="never closed\nE="f" g\n\nG=2\nA\n')
  expect(Object.fromEntries(values)).toEqual({ G: '2' })
  expect(left).toEqual([
    { line: 2, name: 'B', why: 'it has no value' },
    { line: 3, name: null, why: 'the line cannot be read' },
    { line: 4, name: null, why: 'the line cannot be read' },
    { line: 8, name: 'A', why: 'it has no value' },
  ])
})

test('any text is read to its end, a large one in no time', () => {
  const word = fc.constantFrom('A', 'B', '=', '"', "'", '\\', '#', ' ', '\n', '\r', '${A}', ':-', '}', 'é', 'export ')
  fc.assert(fc.property(fc.array(word), words => void parseDotenv(words.join(''))))
  for (const part of [' ', '#', '\\"', "A='", '${', 'A="\\"', '\n', 'A= #'])
    expect(parseDotenv(part.repeat(200_000 / part.length)).left.length).toBeGreaterThanOrEqual(0)
}, 5000)
