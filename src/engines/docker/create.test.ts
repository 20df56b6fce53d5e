import { expect, test } from 'vitest'
import type { Container } from '../engine.ts'
import { mountFailed } from '../errors.ts'
import { checkPlaces, createBody } from './create.ts'
import { exitOf } from './end.ts'

const container: Container = {
  layers: [],
  argv: ['python', '-c', ''],
  env: { PATH: '/usr/bin' },
  user: { uid: 10001, gid: 10001 },
  cwd: '/app',
  root: 'read-only',
  mounts: [],
  tmpfs: [{ to: '/run/', size: 1 }],
  network: 'none',
  hostname: 'web-1',
  memoryLimit: 64,
  pidsLimit: 9,
}
const options = {
  image: 'shop',
  imageEnv: ['PATH', 'LANG'],
  user: container.user,
  mounts: [],
  copies: [],
  input: false,
  logged: true,
}

test('a container has no right that it does not need, and no variable that it was not given', () => {
  expect(createBody(container, { name: 'docker' }, options)).toMatchObject({
    Env: ['PATH=/usr/bin', 'LANG', 'HOSTNAME'],
    User: '10001:10001',
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Memory: 64,
      MemorySwap: 64,
      PidsLimit: 9,
      NetworkMode: 'none',
      Tmpfs: { '/tmp': expect.stringContaining('mode=1777'), '/run': expect.stringContaining('size=1') },
    },
  })
})

test('memory is not mounted over what was copied', () => {
  const body = createBody(container, { name: 'docker' }, { ...options, copies: ['/run/certificates.crt'] })
  expect(body).toMatchObject({ HostConfig: { Tmpfs: { '/tmp': expect.any(String) } } })
  expect(JSON.stringify(body)).not.toContain('"/run"')
})

test.each([
  ['docker', '/tmp', '/'],
  ['docker', '/tmp', '/proc/x'],
  ['docker', '/tmp', '/dev/../sys'],
  ['docker', '/no/such', '/data'],
  ['podman', '/tmp', '/data,readonly=false'],
] as const)('%s cannot mount %s at %s', (name, from, to) => {
  const mounts = [{ from, to, readonly: true }]
  expect(() => checkPlaces({ ...container, mounts }, { name })).toThrow(
    expect.objectContaining({ code: mountFailed.entry.code }),
  )
})

test('an exit code above 128 is a signal where there is one of that number', () => {
  expect(exitOf(137)).toEqual({ code: null, signal: 'SIGKILL' })
  expect(exitOf(255)).toEqual({ code: 255, signal: null })
  expect(exitOf(128)).toEqual({ code: 128, signal: null })
})
