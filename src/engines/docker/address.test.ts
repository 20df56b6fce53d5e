import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { engineUnavailable } from '../errors.ts'
import { dockerAddresses, parseAddress, podmanAddresses } from './address.ts'

test.each([
  ['unix:///run/user/1000/docker.sock', { kind: 'unix', path: '/run/user/1000/docker.sock' }],
  ['tcp://build.example:2375', { kind: 'tcp', host: 'build.example', port: 2375, tls: null }],
  ['tcp://[::1]', { kind: 'tcp', host: '::1', port: 2375, tls: null }],
  ['ssh://me@build.example:2222', { kind: 'ssh', destination: 'build.example', port: '2222', user: 'me' }],
  ['ssh://build.example', { kind: 'ssh', destination: 'build.example', port: null, user: null }],
])('%s', (text, address) => {
  expect(parseAddress(text, null)).toEqual(address)
})

test.each(['', 'npipe:////./pipe/docker', 'ssh://-oProxyCommand=x', 'fd://3', 'tcp://'])('%j is refused', text => {
  expect(() => parseAddress(text, null)).toThrow(expect.objectContaining({ code: engineUnavailable.entry.code }))
})

test('a password in an address is not repeated', () => {
  expect(() => parseAddress('foo://me:secret@host', null)).toThrow(expect.not.stringContaining('secret'))
})

test('DOCKER_HOST wins over the context in use, which wins over the usual sockets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-context-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const id = createHash('sha256').update('far').digest('hex')
  mkdirSync(join(folder, 'contexts/meta', id), { recursive: true })
  writeFileSync(join(folder, 'config.json'), '{"currentContext": "far"}')
  const meta = { Name: 'far', Endpoints: { docker: { Host: 'ssh://me@far' } } }
  writeFileSync(join(folder, 'contexts/meta', id, 'meta.json'), JSON.stringify(meta))
  const env = { DOCKER_CONFIG: folder }
  expect(dockerAddresses(env)).toMatchObject([{ address: { kind: 'ssh' }, from: 'docker context far' }])
  expect(dockerAddresses({ ...env, DOCKER_HOST: 'unix:///x' })).toMatchObject([{ from: 'DOCKER_HOST' }])
  const usual = dockerAddresses({ ...env, DOCKER_CONTEXT: 'default' })
  expect(usual[0]).toEqual({ address: { kind: 'unix', path: '/var/run/docker.sock' }, from: '/var/run/docker.sock' })
})

test('a context that is named and not there is no reason to take another engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-context-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const missing = expect.objectContaining({ code: engineUnavailable.entry.code })
  expect(() => dockerAddresses({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'gone' })).toThrow(missing)
  writeFileSync(join(folder, 'config.json'), '{"currentContext": "gone"}')
  expect(() => dockerAddresses({ DOCKER_CONFIG: folder })).toThrow(missing)
  expect(dockerAddresses({ DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///x' })).toHaveLength(1)
})

test('podman is asked for as this user first', () => {
  const found = podmanAddresses({ XDG_RUNTIME_DIR: '/run/user/7' }).map(({ from }) => from)
  expect(found.slice(0, 2)).toEqual(['/run/user/7/podman/podman.sock', '/run/podman/podman.sock'])
})
