import { expect, test } from 'vitest'
import { adviceIn } from './advice.ts'

const after = (...lines: string[]): string | null =>
  adviceIn(['Traceback (most recent call last):', '  File "x"', ...lines])

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
  expect(after(...lines)).toContain(`--env ${name}=…`)
})

test('a package that is missing is named', () => {
  expect(after("ModuleNotFoundError: No module named 'yaml'")).toContain('Add pyyaml')
})

test('a service that cannot be reached is said to be one', () => {
  expect(
    after('redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.'),
  ).toContain('service')
})

test.each([["KeyError: 'name'"], ['TypeError: unhashable type']])('nothing is guessed for %s', line => {
  expect(after(line)).toBeNull()
})
