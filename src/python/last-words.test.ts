import { expect, test } from 'vitest'
import { readLastWords } from './last-words.ts'

const after = (...lines: string[]) => readLastWords(['Traceback (most recent call last):', '  File "x"', ...lines])

test.each([
  [["KeyError: 'DB_NAME'", 'INFO:     Stopping parent process [2]'], 'DB_NAME'],
  [['django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable'], 'SECRET_KEY'],
  [['decouple.UndefinedValueError: API_URL not found. Declare it as envvar or define a default value.'], 'API_URL'],
  [['RuntimeError: Environment variable NICEGUI_API_KEY must be set.'], 'NICEGUI_API_KEY'],
  [["ValueError: DB_ECHO environment variable must be either 'true' or 'false'"], 'DB_ECHO'],
  [
    ['ValidationError: 2 validation errors for Settings', 'mail_from', '  Field required [type=missing]', 'x', '  bad'],
    'MAIL_FROM',
  ],
])('a variable that is missing is named: %j', (lines, name) => {
  expect(after(...lines).variables).toEqual([name])
})

test('only the last traceback counts', () => {
  expect(after("KeyError: 'OLD'", 'Traceback (most recent call last):', "KeyError: 'NEW'").variables).toEqual(['NEW'])
})

test('a module that is missing is named', () => {
  expect(after("ModuleNotFoundError: No module named 'yaml'").module).toBe('yaml')
})

test.each([["KeyError: 'name'"], ['TypeError: unhashable type']])('nothing is guessed for %s', line => {
  expect(after(line)).toMatchObject({ variables: [], module: null })
})
