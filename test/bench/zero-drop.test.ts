import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeApp } from '../support/host-app.ts'
import { closeTestHosts, openTestHost } from '../support/host-place.ts'
import { longRequest, startLoad } from '../support/load.ts'
import { until } from '../support/nginx-edge.ts'

/**
 * The promise, at length: releases and rollbacks in turn under 32 kept connections that never pause, with a request of ten
 * seconds across each switch. Nothing fails, and the app counted as many requests as the clients.
 */
const switches = Number(process.env['WHERRY_BENCH_SWITCHES'] ?? 20)
const requests = Number(process.env['WHERRY_BENCH_REQUESTS'] ?? 100_000)

afterAll(closeTestHosts)

test.each(['wsgi', 'asgi'] as const)('%s: nothing is dropped', { timeout: 1_800_000 }, async kind => {
  const versions = ['zero', 'one', 'two'] as const
  const apps = { zero: await makeApp(kind, 'zero'), one: await makeApp(kind, 'one'), two: await makeApp(kind, 'two') }
  const host = await openTestHost()
  await host.release(apps.zero)
  let [serving, before]: (typeof versions)[number][] = ['zero', 'zero']
  const load = startLoad(host.port, 32)
  const long: Promise<number | string>[] = []
  const began = performance.now()
  const each = requests / switches
  for (let n = 1; n <= switches; n += 1) {
    await until(() => load.answered() >= (n - 1) * each)
    long.push(longRequest(host.port, 10))
    if (n % 2 === 0) {
      ;[serving, before] = [before, serving]
      await host.back()
    } else {
      ;[serving, before] = [versions[1 + (((n - 1) / 2) % 2)]!, serving]
      await host.release(apps[serving])
    }
    expect(await host.version()).toBe(serving)
  }
  await until(() => load.answered() >= requests)
  await load.end()
  const seconds = (performance.now() - began) / 1000
  const counted = statSync(join(host.home, 'data', 'count')).size
  console.log(
    `${kind}: ${load.answered()} requests and ${long.length} long ones over ${switches} switches in ${Math.round(seconds)} s, ` +
      `${load.failures.length} failed; the app counted ${counted}`,
  )
  expect(load.failures).toEqual([])
  expect(new Set(await Promise.all(long))).toEqual(new Set([200]))
  expect(counted).toBe(load.answered())
})
