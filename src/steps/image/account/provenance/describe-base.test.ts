import { expect, test } from 'vitest'
import type { Lock } from '../../../../model/lock.ts'
import { describeBase } from './describe-base.ts'

const hex = 'ab'.repeat(32)
const debian = {
  kind: 'debian',
  suite: 'trixie',
  architecture: 'amd64',
  mirrors: { archive: 'https://mirror.example', security: null },
  packages: [],
  nginx: [],
  libraries: [],
} as const satisfies Lock['base']

test('an image below is named by its digest, packages are not named here', () => {
  const image = {
    ...debian,
    kind: 'image',
    name: 'python:3.12-slim',
    reference: `docker.io/library/python@sha256:${hex}`,
    interpreter: { executable: '/usr/local/bin/python3.12', library: '/usr/local/lib/python3.12', glibc: '2.41' },
    held: [],
  } as const satisfies Lock['base']
  expect(describeBase({ base: image })).toEqual([
    {
      name: 'python:3.12-slim',
      uri: `pkg:oci/python@sha256:${hex}?repository_url=docker.io%2Flibrary%2Fpython`,
      digest: { sha256: hex },
      annotations: { role: 'base' },
    },
  ])
  expect(describeBase({ base: debian })).toEqual([])
})
