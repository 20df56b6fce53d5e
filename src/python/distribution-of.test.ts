import { expect, test } from 'vitest'
import { distributionOf } from './distribution-of.ts'

test.each([
  ['flask_httpauth', 'flask-httpauth'],
  ['PIL.Image', 'pillow'],
  ['yaml', 'pyyaml'],
  ['constructor', 'constructor'],
])('%s is of %s', (module, name) => {
  expect(distributionOf(module)).toBe(name)
})
