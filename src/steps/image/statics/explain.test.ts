import { expect, test } from 'vitest'
import { explainCollect } from './explain.ts'

const after = (...lines: string[]): Error =>
  explainCollect(`Traceback (most recent call last):\n  File "x"\n${lines.join('\n')}\n`)

test('variables that are missing are named, all of them', () => {
  const lines = ['pydantic.ValidationError: 2 validation errors for Settings']
  for (const field of ['mail_from', 'mail_to']) lines.push(field, '  Field required [type=missing]')
  expect(after(...lines)).toMatchObject({
    code: 'collectstatic-failed',
    next: expect.stringContaining('MAIL_FROM and MAIL_TO') as string,
  })
})

test('a package that is missing is named, and anything else left to the traceback', () => {
  expect(after("ModuleNotFoundError: No module named 'yaml'")).toMatchObject({
    why: "ModuleNotFoundError: No module named 'yaml'",
    next: expect.stringContaining('pyyaml') as string,
  })
  expect(after('OSError: gone')).toMatchObject({ next: expect.stringContaining('traceback') as string })
})
