import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dockerEngine } from '../../src/engines/docker/index.ts'
import { mountFailed } from '../../src/engines/errors.ts'
import { openCache } from '../../src/kit/cache.ts'
import { openEnginePlace, type EnginePlace } from '../support/engine-place.ts'
import { startSshd } from '../support/sshd.ts'

/** Docker as another machine's: over TCP, and over a real sshd. Its containers get copies, and give back what was written. */
let place: EnginePlace
beforeAll(async () => {
  place = await openEnginePlace('docker')
})
afterAll(() => place?.remove())

async function check(address: string): Promise<void> {
  const engine = await dockerEngine('docker', {
    env: { DOCKER_HOST: address },
    cache: openCache(join(place.path, 'cache')),
  })
  expect(engine.sharesFiles).toBe(false)
  const [out, given] = [place.directory(`out ${address.slice(0, 3)}`), join(place.directory('given'), 'file')]
  writeFileSync(given, 'given')
  const code = 'import sys; open("/out/told", "w").write(open("/run/given").read() + sys.stdin.read()); print("done")'
  const mounts = [
    { from: out, to: '/out', readonly: false },
    { from: given, to: '/run/given', readonly: true },
  ]
  const container = place.container(code, { root: 'discarded', user: { uid: 0, gid: 0 }, mounts })
  expect(await engine.run(container, { input: ' and said' })).toMatchObject({ code: 0, stdout: 'done\n' })
  expect(readFileSync(join(out, 'told'), 'utf8')).toBe('given and said')
  await expect(engine.run({ ...container, root: 'read-only' })).rejects.toMatchObject({ code: mountFailed.entry.code })
}

test('over TCP', async () => {
  const path = (place.env?.['DOCKER_HOST'] ?? '').replace('unix://', '')
  const server = createServer({ allowHalfOpen: true }, near => {
    const far = connect({ path, allowHalfOpen: true })
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await check(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.close()
})

test('over SSH', async () => {
  const sshd = await startSshd(place.env ?? {})
  const before = process.env['PATH']
  process.env['PATH'] = `${sshd.bin}:${before}`
  try {
    await check(sshd.address)
  } finally {
    process.env['PATH'] = before
    await sshd.stop()
  }
})
