import { expect, test } from 'vitest'
import { explainIndex, explainResolution } from './explain.ts'

test('an index that never answers is one that failed', () => {
  expect(explainIndex(true)).toMatchObject({ code: 'download-failed' })
  expect(explainIndex(false)).toBeNull()
})

test('requirements without a solution keep the resolver’s own words', () => {
  const error = explainResolution(
    '× No solution found\n ╰─▶ Because a==1 depends on b<2',
    'The requirements cannot be resolved.',
  )
  expect(error).toMatchObject({ code: 'cannot-resolve', evidence: [{}, { text: ' ╰─▶ Because a==1 depends on b<2' }] })
})
