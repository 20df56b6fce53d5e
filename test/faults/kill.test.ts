import { afterAll, expect, test } from 'vitest'
import { makeApp, withJob } from '../support/host-app.ts'
import { deployAndDie, isWhole } from '../support/host-crash.ts'
import { closeTestHosts, openTestHost } from '../support/host-place.ts'
import { startLoad } from '../support/load.ts'

/** kill -9 of the deploying process at everything it asks of the agent, one after the other, under load. */
afterAll(closeTestHosts)

test.each([true, false])('killed at each call, before its answer: %s', { timeout: 1_800_000 }, async before => {
  const apps = { one: await makeApp('wsgi', 'one', withJob), two: await makeApp('wsgi', 'two', withJob) }
  const host = await openTestHost()
  await host.release(apps.one)
  const load = startLoad(host.port, 2)
  let serving: 'one' | 'two' = 'one'
  for (let call = 1; ; call += 1) {
    const next: keyof typeof apps = serving === 'one' ? 'two' : 'one'
    const { died } = await deployAndDie(host, apps[next], { call, before })
    if (!died) break
    expect(['one', 'two']).toContain(await host.version())
    await host.release(apps[next])
    await isWhole(host, next)
    serving = next
  }
  await load.end()
  expect(load.failures, `of ${load.answered()} requests`).toEqual([])
})
