import { expect, test } from 'vitest'
import type { Container } from '../engine.ts'
import { specOf } from './spec.ts'

const container: Container = {
  layers: ['/layers/base'],
  image: 'ignored',
  argv: ['python', '-c', ''],
  env: { PATH: '/usr/bin' },
  user: { uid: 10001, gid: 10001 },
  cwd: '/app',
  root: 'read-only',
  mounts: [],
  tmpfs: [],
  network: 'host',
  hostname: 'web-1',
  memoryLimit: null,
  pidsLimit: 100,
}
const options = { places: { scratch: '/cache/sandbox', cache: null }, parent: 7 }

test('a spec is the container and the places of this machine', () => {
  const { image: _, ...rest } = container
  expect(specOf(container, options)).toEqual({ ...rest, scratch: '/cache/sandbox', cache: null, parent: 7 })
})

test.each<Partial<Container>>([
  { argv: ['a\0b'] },
  { env: { 'A=B': '' } },
  { env: { '': 'x' } },
  { env: { A: '\0' } },
  { layers: ['relative'] },
  { root: { upper: 'relative' } },
  { mounts: [{ from: 'relative', to: '/data', readonly: true }] },
  { mounts: [{ from: '/data', to: 'relative', readonly: true }] },
  { tmpfs: [{ to: '/a\0', size: 1 }] },
  { hostname: '-web' },
  { hostname: 'web\nevil' },
  { hostname: 'x'.repeat(65) },
])('%j is a mistake of the caller', change => {
  expect(() => specOf({ ...container, ...change }, options)).toThrow(/^sandbox: /)
})
