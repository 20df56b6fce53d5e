import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import type { Event } from '../../src/model/event.ts'
import { ship } from '../../src/ship.ts'
import type { Shipped, ShipToOptions } from '../../src/ship/values.ts'
import { openTarget } from '../../src/targets/index.ts'
import { startLoad } from '../support/load.ts'
import { freePort, until } from '../support/nginx-edge.ts'
import { addFiles, commit, makeRepository } from '../support/repository.ts'
import { pageAt, startServer, type ServerPlace } from '../support/server-place.ts'

/** `wherry ship` to a server over a real sshd, from a repository on. */
let server: ServerPlace
let port: number
let repository: string

beforeAll(async () => {
  ;[server, port] = [await startServer(), await freePort()]
  repository = makeRepository(app('one'))
  commit(repository)
})
afterAll(async () => {
  await server.close()
  rmSync(repository, { recursive: true, force: true })
})

function app(version: string): Record<string, string> {
  return {
    'web.py': `
import os
def app(environ, start_response):
    environ["wsgi.input"].read()
    print("asked")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"${version} " + os.environ.get("COLOUR", "").encode()]
`,
    'requirements.txt': 'gunicorn==27.0.1\n',
    'wherry.toml': `
name = "shop"
app = "web:app"

[targets.production]
type = "host"
host = "root@127.0.0.1"
port = ${server.proxy.port}
listen = "127.0.0.1:${port}"
env = { COLOUR = "green" }
`,
  }
}

interface Told extends Shipped {
  readonly events: readonly Omit<Event, 'at'>[]
}

async function send(more: Partial<ShipToOptions> = {}, directory = repository): Promise<Told> {
  const events: Omit<Event, 'at'>[] = []
  const report = (event: Omit<Event, 'at'>): void => void events.push(event)
  return { ...(await ship(directory, { to: 'production', report, ...more })), events }
}

const page = (): Promise<string> => pageAt(port)

const layersSent = ({ events }: Told): unknown =>
  events.find(({ task, level }) => task === 'layers' && level === 'done')?.data

describe('the first time', () => {
  test('an unknown host key is shown, and nothing is sent', async () => {
    await expect(send()).rejects.toMatchObject({
      code: 'host-key-unknown',
      next: expect.stringContaining(`--accept-host-key ${await server.sshd.fingerprint()}`),
    })
    await expect(send({ acceptHostKey: 'SHA256:another' })).rejects.toMatchObject({ code: 'host-key-unknown' })
    expect(existsSync(server.state)).toBe(false)
  })

  test('a dry run says what it would do and changes nothing', async () => {
    const { operations, deployed } = await send({ acceptHostKey: await server.sshd.fingerprint(), dryRun: true })
    expect(deployed).toBe(null)
    expect(operations?.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^send \d layers, \d+ MB$/),
      `listen on 127.0.0.1:${port}`,
      'let nginx judge its configuration',
      'stage release 1',
      'start release 1, unrouted',
      'wait until release 1 is healthy',
      'switch to release 1',
      expect.stringContaining('start the edge'),
      'verify release 1 through nginx',
      'keep the last 5 releases',
    ])
    expect(existsSync(join(server.state, 'shop-production/releases'))).toBe(false)
  })

  test('the release answers, from layers of the server’s own', async () => {
    const { deployed, made, events } = await send()
    await server.open('shop-production') // Stopped at the end.
    expect(deployed).toMatchObject({
      outcome: 'released',
      release: { number: 1, commit: expect.stringMatching(/^[0-9a-f]{40}/) },
    })
    expect(await page()).toBe('one green')
    const spec = readFileSync(join(server.state, 'shop-production/releases/1/web.json'), 'utf8')
    const { layers } = JSON.parse(spec) as { layers: string[] }
    expect(layers.every(layer => layer.startsWith(join(server.state, 'layers')))).toBe(true)
    expect(layersSent({ events } as Told)).toMatchObject({ layers: made.layers.length })
    expect(readdirSync(join(server.state, 'layers/incoming')).filter(name => !name.endsWith('.lock'))).toEqual([])
  })

  test('nothing is done again where nothing changed', async () => {
    expect((await send()).deployed).toMatchObject({ outcome: 'already-serving' })
  })
})

describe('a changed line', () => {
  test('sends the layer of the app alone, and loses no request', async () => {
    addFiles(repository, app('two'))
    const load = startLoad(port, 8)
    await until(() => load.answered() > 50)
    const sent = server.proxy.sent()
    // Ended whatever comes of it: what goes on asking would never let this process end.
    const told = await send().finally(() => load.end())
    expect(load.failures, `of ${load.answered()}`).toEqual([])
    expect(told.deployed).toMatchObject({ outcome: 'released', release: { number: 2 } })
    expect(await page()).toBe('two green')
    expect(layersSent(told)).toEqual({ layers: 1, bytes: told.made.image.layers.at(-1)?.size })
    // All that went over the wire: keys, the bootstrap of each channel, requests.
    expect(server.proxy.sent() - sent).toBeLessThan(250_000)
  })

  test('can be asked about, run in, and taken back', async () => {
    const [found] = await (await openTarget(repository, 'production')).apps()
    const host = found!.host
    expect(found?.name).toBe('shop')
    expect(await host.status()).toMatchObject({ current: { number: 2 }, url: `http://127.0.0.1:${port}/` })
    const lines: string[] = []
    for await (const { text } of host.logs()) lines.push(text)
    expect(lines.join('\n')).toContain('gunicorn serves web:app')
    expect(await host.run(['python', '-c', 'import sys; open("/data/made", "w").write("x"); sys.exit(7)'])).toBe(7)
    expect(readFileSync(join(host.home, 'data/made'), 'utf8')).toBe('x')
    expect(readdirSync(join(server.state, 'runtime/attach'))).toEqual([])
    expect(await host.rollback(null, { report: () => {} })).toMatchObject({ release: { number: 1 } })
    expect(await page()).toBe('one green')
  })

  test('the log is followed until it is enough', async () => {
    const [found] = await (await openTarget(repository, 'production')).apps()
    const enough = new AbortController()
    const seen: string[] = []
    const following = (async () => {
      for await (const { text } of found!.host.logs({ follow: true, since: Date.now(), signal: enough.signal })) {
        seen.push(text)
        if (text === 'asked') enough.abort()
      }
    })()
    await until(async () => (await page()) !== '' && enough.signal.aborted)
    await following
    // Its agent ends with us, not with the connection.
    const follows = (line: string): boolean => line.includes(server.state) && line.endsWith('agent logs')
    await until(async () => !(await exec(['ps', '-eo', 'args'])).stdout.split('\n').some(follows))
    expect(seen.at(-1)).toBe('asked')
  })
})

test('another repository with the same name is refused until it is adopted', async () => {
  const other = makeRepository(app('other'))
  try {
    commit(other, '2026-01-03T00:00:00Z')
    await expect(send({}, other)).rejects.toMatchObject({
      code: 'other-repository',
      next: expect.stringContaining('name'),
    })
    expect(await page()).toBe('one green')
    await expect(openTarget(other, 'production').then(target => target.apps())).resolves.toEqual([])
    expect((await send({ adopt: true }, other)).deployed).toMatchObject({ outcome: 'released' })
    expect(await page()).toBe('other green')
  } finally {
    rmSync(other, { recursive: true })
  }
})

test('a changed host key is refused, whatever is accepted, until the old one is removed by hand', async () => {
  await server.sshd.changeKey()
  const acceptHostKey = await server.sshd.fingerprint()
  const known = join(server.place, 'config/wherry/known_hosts')
  const changed = { code: 'host-key-changed', why: expect.stringContaining(known) }
  await expect(send()).rejects.toMatchObject(changed)
  await expect(send({ acceptHostKey })).rejects.toMatchObject(changed)
  rmSync(known)
  await expect(send()).rejects.toMatchObject({ code: 'host-key-unknown' })
  expect((await send({ acceptHostKey, dryRun: true })).operations).not.toBe(null)
})
