import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/targets/host/ssh/transport.ts'
import type { Transport } from '../../src/targets/host/index.ts'
import { makeApp, type App } from '../support/host-app.ts'
import { freePort } from '../support/nginx-edge.ts'
import { pageAt, startServer, type ServerPlace } from '../support/server-place.ts'
import { startSshd } from '../support/sshd.ts'

/** A server that is far, slow, strange or gone: each is told by name, and what serves there serves on. */
let server: ServerPlace
let one: App
let two: App

beforeAll(async () => {
  server = await startServer()
  ;[one, two] = [await makeApp('wsgi', 'one'), await makeApp('wsgi', 'two')]
})
afterAll(async () => server.close())

const version = async (port: number): Promise<string> => (JSON.parse(await pageAt(port)) as { version: string }).version
const quiet = { report: (): void => {} }

/** Breaks the connection when that is asked of the agent, before or after it has answered. */
function cutAt(command: string, when: 'before' | 'after'): (transport: Transport) => Transport {
  return transport => ({
    ...transport,
    async call(name, request) {
      if (name !== command) return transport.call(name, request)
      const asked = transport.call(name, request)
      if (when === 'after') await asked
      server.proxy.cut()
      return when === 'after' ? transport.call(name, request) : asked
    },
  })
}

test.each([
  ['stage', 'before', ['one']],
  ['start', 'after', ['one']],
  ['switch', 'before', ['one', 'two']],
  ['switch', 'after', ['two']],
  ['stop', 'after', ['two']],
] as const)(
  'cut off at `%s`, %s its answer: one release serves, and the next ship converges',
  async (command, when, serves) => {
    const port = await freePort()
    const options = { ...quiet, listen: { address: '127.0.0.1', port } }
    const name = `cut-${command}-${when}`
    await (await server.open(name)).deploy({ ...one, ...options })
    const cut = await server.open(name, { wrap: cutAt(command, when) })
    await expect(cut.deploy({ ...two, ...options })).rejects.toMatchObject({ code: 'connection-lost', exit: 11 })
    expect(serves).toContain(await version(port))
    const host = await server.open(name)
    await host.deploy({ ...two, ...options })
    expect(await version(port)).toBe('two')
    expect(await host.status()).toMatchObject({ interrupted: false, lock: { owner: null } })
    await host.down(quiet)
  },
)

test('cut off in the middle of a layer: the rest is sent, and no more', async () => {
  const port = await freePort()
  const large = { 'assets/large.bin': randomBytes(3_000_000).toString('base64') }
  const request = {
    ...(await makeApp('wsgi', 'large', { files: large })),
    ...quiet,
    listen: { address: '127.0.0.1', port },
  }
  await (await server.open('large')).deploy({ ...request, ...one })
  const host = await server.open('large')
  server.proxy.slow(5_000_000)
  server.proxy.cutAfter(1_500_000)
  await expect(host.deploy(request)).rejects.toMatchObject({ code: 'connection-lost', exit: 11 })
  expect(await version(port)).toBe('one')
  server.proxy.slow(Infinity)
  const begun = server.proxy.sent()
  await (await server.open('large')).deploy(request)
  expect(await version(port)).toBe('large')
  expect(server.proxy.sent() - begun).toBeLessThan(2_300_000)
})

test('a normal user’s releases are its own', async () => {
  const root = mkdtempSync(join(tmpdir(), 'wherry-user-'))
  const name = `wherry${process.pid}`
  execFileSync('chmod', ['755', root])
  execFileSync('useradd', [
    '--create-home',
    '--home-dir',
    join(root, 'home'),
    '--shell',
    '/bin/sh',
    '--password',
    '*',
    name,
  ])
  const state = join(root, 'home/state')
  const user = await startSshd({ WHERRY_STATE: state })
  const before = process.env['PATH']
  process.env['PATH'] = `${user.bin}:${before}`
  try {
    const port = await freePort()
    const link = async () =>
      connect(
        { destination: `${name}@127.0.0.1`, port: user.port, identity: null },
        { target: 'production', acceptHostKey: await user.fingerprint() },
      )
    const { openHost } = await import('../../src/targets/host/index.ts')
    const home = join(state, 'app')
    const host = openHost({ home, transport: (await link()).transport(home) })
    const options = { ...quiet, listen: { address: '127.0.0.1', port } }
    await host.deploy({ ...one, ...options })
    await host.deploy({ ...two, ...options })
    expect(await version(port)).toBe('two')
    await host.rollback(null, quiet)
    expect(await version(port)).toBe('one')
    const { holder } = await host.status()
    const owner = execFileSync('ps', ['-o', 'user:32=', '-p', String(holder)], { encoding: 'utf8' }).trim()
    expect(owner).toBe(name)
    await host.down(quiet)
  } finally {
    process.env['PATH'] = before
    await user.stop()
    execFileSync('userdel', ['--force', name])
    rmSync(root, { recursive: true, force: true })
  }
})

test('a server without Python, one that lets nobody in, and none at all are told apart', async () => {
  const bare = await startSshd({ PATH: '/nonexistent' })
  const before = process.env['PATH']
  process.env['PATH'] = `${bare.bin}:${before}`
  try {
    const to = async (destination: string, port: number) =>
      connect({ destination, port, identity: null }, { target: 'production', acceptHostKey: await bare.fingerprint() })
    await expect(to('root@127.0.0.1', bare.port)).rejects.toMatchObject({ code: 'no-python-on-host' })
    await expect(to('nobody-of-that-name@127.0.0.1', bare.port)).rejects.toMatchObject({ code: 'ssh-denied' })
    await expect(to('root@127.0.0.1', await freePort())).rejects.toMatchObject({ code: 'host-unreachable', exit: 75 })
  } finally {
    process.env['PATH'] = before
    await bare.stop()
  }
})

test('a disk with too little room is told before anything is sent', async () => {
  const place = join(server.place, 'small')
  mkdirSync(place)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', place])
  try {
    const host = await server.open('app', { user: { name: 'root', state: place } })
    const sent = server.proxy.sent()
    const at = { address: '127.0.0.1', port: await freePort() }
    await expect(host.deploy({ ...one, ...quiet, listen: at })).rejects.toMatchObject({ code: 'disk-full', exit: 75 })
    expect(server.proxy.sent() - sent).toBeLessThan(100_000)
    expect(readdirSync(join(place, 'layers/incoming'))).toEqual([])
  } finally {
    execFileSync('umount', ['-l', place])
  }
})
