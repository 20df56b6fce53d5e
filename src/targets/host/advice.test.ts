import { expect, test } from 'vitest'
import { adviceIn } from './advice.ts'

const after = (...lines: string[]): string | null =>
  adviceIn(['Traceback (most recent call last):', '  File "x"', ...lines])

test('a variable that is missing is to be given', () => {
  expect(after("KeyError: 'DB_NAME'")).toContain('Give DB_NAME a value: `--env DB_NAME=…`')
})

test('a package that is missing is named', () => {
  expect(after("ModuleNotFoundError: No module named 'yaml'")).toContain('Add pyyaml')
})

test('a service that cannot be reached is said to be one', () => {
  expect(
    after('redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.'),
  ).toContain('service')
})

test('nothing is guessed', () => {
  expect(after('TypeError: unhashable type')).toBeNull()
})
