import { expect, test } from 'vitest'
import { groundOn } from './base.ts'

test.each([
  ['trixie', 'python3.13-minimal', '3.13.5-2+deb13u1', '3.13.5'],
  ['bookworm', 'python3.11-minimal', '3.11.2-6+deb12u6', '3.11.2'],
])('processes on %s find the version of its Python, as in an official Python image', (suite, name, version, told) => {
  const found = { name, version, pocket: 'main', path: '', size: 0, sha256: '' } as const
  expect(groundOn({ suite, packages: [found] }).env).toEqual({ PYTHON_VERSION: told })
})
