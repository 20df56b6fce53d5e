import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeApp, type App } from '../support/host-app.ts'
import { closeTestHosts, openTestHost, type TestHost } from '../support/host-place.ts'
import { longRequest, startLoad } from '../support/load.ts'
import { until } from '../support/nginx-edge.ts'

/** Releasing on this machine: what a person sees of it, with real images, a real nginx and real servers. */
let one: App
let two: App
let asgiOne: App
let asgiTwo: App

beforeAll(async () => {
  ;[one, two] = [await makeApp('wsgi', 'one'), await makeApp('wsgi', 'two')]
  ;[asgiOne, asgiTwo] = [await makeApp('asgi', 'one'), await makeApp('asgi', 'two')]
})
afterAll(closeTestHosts)

describe('a first release', () => {
  let host: TestHost
  beforeAll(async () => {
    host = await openTestHost()
    await host.release(one)
  })

  test('answers through nginx, and says which release it is', async () => {
    expect(await host.version()).toBe('one')
    const { body } = await host.page('/.well-known/wherry/release')
    expect(JSON.parse(body)).toEqual({ release: 1, image: one.made.image.digest })
  })

  test('serves static files by nginx, hashed ones for ever', async () => {
    const page = await host.page('/static/style.css')
    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=0, must-revalidate' } })
    expect(page.body).toContain('"one"')
    const hashed = await host.page('/static/app.3f2a9c1b77de.js')
    expect(hashed.headers['cache-control']).toContain('immutable')
  })

  test('is left alone when nothing changed, quickly', async () => {
    const before = await host.status()
    const began = performance.now()
    expect(await host.release(one)).toMatchObject({ outcome: 'already-serving', release: { number: 1 } })
    expect(performance.now() - began).toBeLessThan(1000)
    expect((await host.status()).processes.map(({ pid }) => pid)).toEqual(before.processes.map(({ pid }) => pid))
  })

  test('tells its state, and what it printed', async () => {
    const { current, processes, url } = await host.status()
    expect(current).toMatchObject({ number: 1, state: 'serving' })
    expect(url).toBe(`http://127.0.0.1:${host.port}/`)
    expect(processes.map(({ group, state }) => [group, state])).toEqual([
      ['release-1', 'running'],
      ['edge', 'running'],
    ])
    const lines: string[] = []
    for await (const { group, text } of host.logs()) if (group === 'release-1') lines.push(text)
    expect(lines.join('\n')).toMatch(/gunicorn serves web:app/)
  })

  test('runs commands in its image, with its data', async () => {
    expect(await host.run(['python', '-c', 'open("/data/made", "w").write("x")'])).toBe(0)
    expect(readFileSync(join(host.home, 'data', 'made'), 'utf8')).toBe('x')
    expect(await host.run(['python', '-c', 'import sys; sys.exit(7)'])).toBe(7)
  })

  test('shows what it would do without doing it', async () => {
    const plan = await host.plan({ ...two, ...host.options })
    expect(plan.map(({ title }) => title)).toEqual([
      'stage release 2',
      'start release 2, unrouted',
      'wait until release 2 is healthy',
      'switch to release 2',
      // With its address, which need not be taken again.
      `keep the edge on 127.0.0.1:${host.port}`,
      'verify release 2 through nginx',
      'let release 1 finish',
      'verify release 2 alone',
      'retire release 1',
      'keep the last 3 releases',
    ])
    expect(await host.version()).toBe('one')
  })
})

test('down stops all and up brings the same release back with its data', async () => {
  const host = await openTestHost()
  await host.release(one)
  await host.run(['python', '-c', 'open("/data/kept", "w").write("kept")'])
  await host.down(host.options)
  expect(await host.status()).toMatchObject({ holder: null, processes: [] })
  await expect(host.page()).rejects.toThrow('ECONNREFUSED')
  expect(await host.release(one)).toMatchObject({ outcome: 'restarted', release: { number: 1 } })
  expect(await host.version()).toBe('one')
  expect(readFileSync(join(host.home, 'data', 'kept'), 'utf8')).toBe('kept')
})

describe.each(['wsgi', 'asgi'] as const)('a switch of %s', kind => {
  test('loses no request, neither forwards nor back', async () => {
    const [first, second] = kind === 'wsgi' ? [one, two] : [asgiOne, asgiTwo]
    const host = await openTestHost()
    await host.release(first)
    const load = startLoad(host.port)
    const long = [longRequest(host.port, 4)]
    await until(() => load.answered() > 300)
    await host.release(second)
    expect(await host.version()).toBe('two')
    long.push(longRequest(host.port, 4))
    const before = load.answered()
    await until(() => load.answered() > before + 300)
    await host.back()
    expect(await host.version()).toBe('one')
    await load.end()
    expect(load.failures).toEqual([])
    expect(await Promise.all(long)).toEqual([200, 200])
    expect(statSync(join(host.home, 'data', 'count')).size).toBe(load.answered())
  })
})

test('what is still connected when the time to finish is over is counted and told', async () => {
  const host = await openTestHost()
  // Longer than nginx keeps idle connections (2 s by age, 2 s unused): what is left then is the request.
  const hasty = { ...one, plan: { ...one.plan, release: { ...one.plan.release, drain: 5 } } }
  await host.release(hasty)
  const long = longRequest(host.port, 10)
  await until(async () => (await host.page('/')).status === 200)
  expect(await host.release(two)).toMatchObject({ outcome: 'released', cut: 1 })
  expect(await long).toBe(200) // It had some seconds more.
  const warnings = host.events.filter(({ level }) => level === 'warning').map(({ text }) => text)
  expect(warnings).toEqual([expect.stringMatching(/^release 1 still had 1 connection/)])
})

test('a hashed file of the release before is still served', async () => {
  const host = await openTestHost()
  await host.release(one)
  await host.release(
    await makeApp('wsgi', 'three', {
      files: { 'assets/app.3f2a9c1b77de.js': '', 'assets/app.00112233aabb.js': '// new' },
    }),
  )
  await host.release(await makeApp('wsgi', 'four', { files: { 'assets/app.99887766ffee.js': '// newest' } }))
  expect((await host.page('/static/app.00112233aabb.js')).body).toBe('// new')
  expect((await host.page('/static/app.99887766ffee.js')).body).toBe('// newest')
})

test('only so many releases are kept, and one that is gone is named', async () => {
  const host = await openTestHost()
  for (const version of ['a', 'b', 'c', 'd', 'e']) await host.release(await makeApp('wsgi', version))
  expect((await host.status()).releases.map(({ number }) => number)).toEqual([3, 4, 5])
  expect(readdirSync(join(host.home, 'public')).sort()).toEqual(['3', '4', '5', 'current', 'previous'])
  await expect(host.back(1)).rejects.toMatchObject({ code: 'release-not-here' })
  await host.back(3)
  expect(await host.version()).toBe('c')
})

test('another port and another limit change the edge only', async () => {
  const host = await openTestHost()
  await host.release(one)
  const other = await openTestHost()
  const plan = { ...one.plan, edge: { ...one.plan.edge, maxBody: '2m' } }
  const changed = await host.release({ ...one, plan }, { listen: { address: '127.0.0.1', port: other.port } })
  expect(changed).toMatchObject({ outcome: 'edge', release: { number: 1 }, url: `http://127.0.0.1:${other.port}/` })
  expect(await other.version()).toBe('one')
  await until(() =>
    host.page().then(
      () => false,
      () => true,
    ),
  )
})

test('extra directives of nginx hold from the release on that brings them', async () => {
  const host = await openTestHost()
  await host.release(one)
  const extra = 'location = /extra { return 200 "by hand"; }\n'
  const plan = { ...one.plan, edge: { ...one.plan.edge, extra } }
  expect(await host.release({ ...one, plan })).toMatchObject({ outcome: 'edge' })
  // nginx reads its configuration anew beside the answers that are under way.
  const isByHand = async (): Promise<boolean> => (await host.page('/extra')).body === 'by hand'
  await until(isByHand)
  await host.release(one)
  await until(async () => !(await isByHand()))
})

test('a port that is taken is refused before anything is done, with who holds it', async () => {
  const host = await openTestHost()
  const taken = createServer().listen(host.port, '127.0.0.1')
  try {
    await until(() => taken.listening)
    const refusal = { code: 'port-in-use', why: expect.stringContaining(`process ${process.pid}`) }
    await expect(host.release(one)).rejects.toMatchObject(refusal)
    expect(await host.status()).toMatchObject({ current: null, releases: [] })
  } finally {
    taken.close()
  }
  await host.release(one)
  expect(await host.version()).toBe('one')
})

test('a path too long for a socket is refused', async () => {
  const host = await openTestHost(`/tmp/wherry-${'long'.repeat(20)}`)
  await expect(host.release(one)).rejects.toMatchObject({ code: 'path-too-long' })
})
