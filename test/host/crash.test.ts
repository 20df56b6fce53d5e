import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { start } from '../../src/kit/exec.ts'
import { deployAndDie, isWhole } from '../support/host-crash.ts'
import { makeApp, withJob, type App } from '../support/host-app.ts'
import { closeTestHosts, openTestHost } from '../support/host-place.ts'
import { startLoad } from '../support/load.ts'
import { until } from '../support/nginx-edge.ts'

/** Whatever is killed, and whenever: the old release serves or the new one does, and the next command repairs the rest. */
let one: App
let two: App

beforeAll(async () => {
  ;[one, two] = [await makeApp('wsgi', 'one', withJob), await makeApp('wsgi', 'two', withJob)]
})
afterAll(closeTestHosts)

test.each(['acquire', 'stage', 'backup', 'start', 'lines', 'probe', 'switch', 'connections', 'stop', 'prune'])(
  'the deploying process is killed after `%s`',
  async command => {
    const host = await openTestHost()
    await host.release(one)
    const load = startLoad(host.port, 2)
    expect(await deployAndDie(host, two, { command })).toMatchObject({ died: true })
    expect(['one', 'two']).toContain(await host.version())
    await host.release(two)
    await isWhole(host, 'two')
    await load.end()
    expect(load.failures, `of ${load.answered()} requests`).toEqual([])
  },
)

test('the holder is killed: everything is down until the next command brings it back', async () => {
  const host = await openTestHost()
  await host.release(one)
  const { holder } = await host.status()
  process.kill(holder ?? 0, 'SIGKILL')
  await until(async () => (await host.status()).holder === null)
  await until(() =>
    host.page().then(
      () => false,
      () => true,
    ),
  )
  expect(await host.release(one)).toMatchObject({ release: { number: 1 } })
  await isWhole(host, 'one')
  expect((await host.status()).holder).not.toBe(holder)
})

test('after a reboot the holder alone brings back what served', async () => {
  const host = await openTestHost()
  await host.release(one)
  const { holder } = await host.status()
  const argv = readFileSync(`/proc/${holder}/cmdline`, 'utf8').split('\0').slice(0, -1)
  process.kill(holder ?? 0, 'SIGKILL')
  await until(async () => (await host.status()).holder === null)
  start(argv as [string, ...string[]], { stdio: 'ignore', detached: true }).unref()
  await until(() =>
    host.page().then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
  await isWhole(host, 'one')
})

test('a release process outlives the one who deploys, and is waited for', async () => {
  const command = ['python', '-c', slowJob]
  const app = await makeApp('wsgi', 'two', { plan: plan => ({ ...plan, release: { ...plan.release, command } }) })
  const host = await openTestHost()
  await host.release(one)
  await deployAndDie(host, app, { command: 'start' })
  await host.release(app)
  await isWhole(host, 'two')
  expect(readFileSync(join(host.home, 'data/jobs'), 'utf8')).toBe('begin end begin end ')
  expect(host.events.map(({ text }) => text)).toContain('waiting for the process of an interrupted run (2)')
})

const slowJob = `
import time
with open("/data/jobs", "a") as file:
    print("begin", end=" ", file=file, flush=True)
    time.sleep(3)
    print("end", end=" ", file=file)
`

test('nginx and the app are killed: they are started again, and no connection is refused', async () => {
  const host = await openTestHost()
  await host.release(one)
  const pids = (await host.status()).processes.map(({ pid }) => pid ?? 0)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await until(async () =>
    (await host.status()).processes.every(({ state, restarts }) => state === 'running' && restarts === 1),
  )
  await until(async () => (await host.page()).status === 200)
  await isWhole(host, 'one')
})

test('two at once: one releases, the other is told who', async () => {
  const host = await openTestHost()
  await host.release(one)
  for (let round = 0; round < 3; round += 1) {
    const app = round % 2 === 0 ? two : one
    const outcomes = await Promise.allSettled([host.release(app), host.release(app), host.release(app)])
    const lost = outcomes.filter(outcome => outcome.status === 'rejected').map(({ reason }) => reason as unknown)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const reason of lost) {
      expect(reason).toMatchObject({
        code: 'locked',
        exit: 12,
        what: expect.stringContaining(`(process ${process.pid})`),
      })
    }
    await isWhole(host, round % 2 === 0 ? 'two' : 'one')
  }
})

test('one that was taken over changes nothing more', async () => {
  const host = await openTestHost()
  await host.release(one)
  const slow = await makeApp('wsgi', 'slow', {
    files: { 'web.py': 'import time\ntime.sleep(8)\ndef app(e, s): ...\n' },
  })
  const late = host.release(slow).then(
    () => null,
    (error: unknown) => error,
  )
  await until(async () => (await host.status()).processes.some(({ group }) => group === 'release-2'))
  await host.recover(host.options)
  await host.release(two)
  expect(await late).toMatchObject({ exit: 12, code: 'fenced' })
  await isWhole(host, 'two')
})

test('a damaged journal is refused, and recovered from', async () => {
  const host = await openTestHost()
  await host.release(one)
  const journal = join(host.home, 'journal.jsonl')
  const lines = readFileSync(journal, 'utf8').split('\n')
  writeFileSync(journal, [...lines.slice(0, 3), ...lines.slice(4)].join('\n'))
  await expect(host.release(two)).rejects.toMatchObject({ code: 'corrupt-journal', exit: 11 })
  expect(await host.version()).toBe('one')
  expect(await host.status()).toMatchObject({ interrupted: true })
  await host.recover(host.options)
  expect(existsSync(`${journal}.rebuilt`)).toBe(true)
  expect(await host.release(two)).toMatchObject({ release: { number: 2 } })
  await isWhole(host, 'two')
})

test('a half-written last record, as after a power cut, is no damage', async () => {
  const host = await openTestHost()
  await host.release(one)
  const journal = join(host.home, 'journal.jsonl')
  writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"version": 1, "step": "swi`)
  await host.release(two)
  await isWhole(host, 'two')
})

test('a newer version’s state is not touched', async () => {
  const host = await openTestHost()
  await host.release(one)
  const journal = join(host.home, 'journal.jsonl')
  writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"version": 3, "before": ""}\n`)
  await expect(host.release(two)).rejects.toMatchObject({ code: 'newer-state' })
  await expect(host.recover(host.options)).rejects.toMatchObject({ code: 'newer-state' })
  expect(await host.version()).toBe('one')
})
