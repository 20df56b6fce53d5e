import { expect, test } from 'vitest'
import { explainIndex, explainResolution } from './explain.ts'

test.each([
  [
    'error: Failed to fetch: `https://x.example/simple/flask/`\n  Caused by: error sending request for url',
    'download-failed',
  ],
  ['  Caused by: HTTP status server error (503 Service Unavailable) for url', 'download-failed'],
  ['hint: could not be queried due to a lack of valid authentication credentials (401 Unauthorized).', 'index-refused'],
  ['  × No solution found when resolving dependencies:\n  ╰─▶ Because x was not found in the package registry', null],
])('uv’s %s means %s', (output, code) => {
  const error = explainIndex(output, false)
  if (code === null) expect(error).toBeNull()
  else expect(error).toMatchObject({ code })
})

test('an index that never answers is one that failed', () => {
  expect(explainIndex('', true)).toMatchObject({ code: 'download-failed' })
})

test('a build that fails while uv reads it is named', () => {
  const fails = 'Failed to download and build `old==1.0`\n  ModuleNotFoundError: No module named imp'
  expect(explainResolution(fails, 'x')).toMatchObject({
    code: 'sdist-does-not-build',
    message: expect.stringContaining('old 1.0'),
  })
})

test('requirements without a solution keep the resolver’s own words', () => {
  const error = explainResolution(
    '× No solution found\n ╰─▶ Because a==1 depends on b<2',
    'The requirements cannot be resolved.',
  )
  expect(error).toMatchObject({ code: 'cannot-resolve', evidence: [{}, { text: ' ╰─▶ Because a==1 depends on b<2' }] })
})
