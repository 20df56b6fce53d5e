import { expect, test } from 'vitest'
import { locate } from './locate.ts'
import { readToml } from './read.ts'
import { entriesAt, textAt, textsAt, valueAt } from './table.ts'

test('names file and line of a mistake', () => {
  expect(() => readToml('[project]\nname = \n', 'pyproject.toml')).toThrow(
    expect.objectContaining({
      code: 'invalid-toml',
      evidence: [expect.objectContaining({ file: 'pyproject.toml', line: 2 })],
    }),
  )
})

test.each([
  ['duplicate keys', 'a = 1\na = 2'],
  ['a merge conflict', '<<<<<<< HEAD\na = 1\n'],
  ['deep nesting', `a = ${'['.repeat(5000)}${']'.repeat(5000)}`],
])('refuses %s by name', (_, text) => {
  expect(() => readToml(text, 'x.toml')).toThrow(expect.objectContaining({ code: 'invalid-toml' }))
})

test('reads what only looks dangerous: dates, infinities, large numbers, prototype keys, a byte order mark', () => {
  const table = readToml(
    '\uFEFFa = 2024-01-01\nb = inf\nc = 9223372036854775807\n[__proto__]\nx = 1\n[constructor]\ny = 1',
    'x.toml',
  )
  expect(valueAt(table, 'b')).toBe(Infinity)
  expect(valueAt({}, 'x')).toBeUndefined()
  expect(valueAt({}, 'constructor', 'name')).toBeUndefined()
  expect(textAt(table, 'a')).toBeNull()
  expect(entriesAt(table, 'a')).toEqual([])
  expect(textsAt(table, 'c')).toEqual([])
})

const text = `# top
name = "x"
[tool.poetry]
name = 'y'
[project]
name = "z"
dependencies = [
  "a",  # [project]
  "b[c]>=1",
]
[project.optional-dependencies]
"dev" = ["b[c]>=1"]
`

test.each([
  [[], 'name', undefined, 2],
  [['tool', 'poetry'], 'name', undefined, 4],
  [['project'], 'dependencies', 'b[c]>=1', 9],
  [['project'], 'dependencies', 'absent', 7],
  [['project', 'optional-dependencies'], 'dev', 'b[c]>=1', 12],
  [['project'], 'dev', undefined, null],
])('finds %j %s %s in line %s', (table, key, item, line) => {
  expect(locate(text, table, key, item)).toBe(line)
})
