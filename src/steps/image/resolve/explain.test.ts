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

test('a version with wheels for other machines alone is named, with the platform that lacks one', () => {
  const text =
    'cause: Because tbb==2021.13.1 has no wheels with a matching platform tag (e.g., `manylinux_2_40_aarch64`) and you require tbb==2021.13.1, we can conclude'
  expect(explainResolution(text, '')).toMatchObject({
    code: 'no-wheel',
    what: expect.stringContaining('tbb 2021.13.1 has no wheel for linux/arm64'),
  })
  const other = explainResolution(text.replace('aarch64', 'x86_64'), '')
  expect(other).toMatchObject({ what: expect.stringContaining('linux/amd64') })
})
