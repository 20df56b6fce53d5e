import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openCache } from '../../kit/cache.ts'
import type { Container } from '../engine.ts'
import type { Client } from './client.ts'
import { startContainer } from './start.ts'

const container: Container = {
  layers: [],
  image: 'shop',
  argv: ['serve'],
  env: {},
  user: { uid: 7, gid: 7 },
  cwd: '/',
  root: 'discarded',
  mounts: [],
  tmpfs: [],
  network: 'none',
  hostname: 'web',
  memoryLimit: null,
  pidsLimit: null,
}

/** Answers as an engine does, and is gone while it is waited for the end of a container. */
const breaking: Client = {
  async call(method, path) {
    if (path.endsWith('/wait')) throw new Error('socket hang up')
    const directory = Buffer.from(JSON.stringify({ mode: 2 ** 31 })).toString('base64')
    const told = path.endsWith('/changes') ? null : { Id: 'a'.repeat(12), State: { ExitCode: 0, Pid: 7 } }
    const headers = method === 'HEAD' ? { 'x-docker-container-path-stat': directory } : {}
    return { status: 200, headers, body: Buffer.from(JSON.stringify(told)) }
  },
  open: () => Promise.reject(new Error('nothing to read')),
  hijack: async () => new PassThrough(),
}

test('an engine that breaks off is told to whoever waits for the end, and to nobody else', async () => {
  const limits = { memory: 'enforced', pids: 'enforced' } as const
  const common = { name: 'docker', version: '29', from: 'test', sharesFiles: true, rootless: true, limits } as const
  const daemon = { ...common, client: breaking }
  const workshop = {
    daemon,
    cache: openCache(),
    caller: { uid: 7, gid: 7 },
    loading: new Map<string, Promise<string>>(),
  }
  const running = await startContainer(workshop, container)
  await sleep(20)
  await expect(running.exited).rejects.toThrow('socket hang up')
})
