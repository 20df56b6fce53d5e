import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { makeApp, makeExample, withJob } from '../support/host-app.ts'
import { isWhole } from '../support/host-crash.ts'
import { closeTestHosts, openTestHost } from '../support/host-place.ts'
import { until } from '../support/nginx-edge.ts'

/** Releases in less than ideal surroundings: a full disk, a normal user, data of before, workers beside the web. */
afterAll(closeTestHosts)

describe('a full disk', () => {
  test('leaves the old release serving, and once there is room the new one is released', async () => {
    const place = mkdtempSync(join(tmpdir(), 'wherry-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', place])
    try {
      const big = Object.fromEntries(['a', 'b', 'c', 'd'].map(name => [`assets/${name}.bin`, name.repeat(600_000)]))
      const [one, two] = [await makeApp('wsgi', 'one'), await makeApp('wsgi', 'two', { files: big })]
      const host = await openTestHost(place)
      await host.release(one)
      const ballast = join(place, 'ballast')
      const { bavail, bsize } = statfsSync(place)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_000_000))
      const before = statfsSync(place).bavail
      await expect(host.release(two)).rejects.toMatchObject({ code: 'disk-full' })
      await isWhole(host, 'one')
      expect((before - statfsSync(place).bavail) * bsize).toBeLessThan(200_000)

      writeFileSync(join(place, 'rest'), Buffer.alloc(statfsSync(place).bavail * bsize))
      await expect(host.release(two)).rejects.toMatchObject({ exit: expect.any(Number) })
      expect(await host.version()).toBe('one')
      rmSync(join(place, 'rest'))
      rmSync(ballast)
      await host.release(two)
      await isWhole(host, 'two')
      await host.down(host.options)
    } finally {
      execFileSync('umount', ['-l', place])
    }
  })
})

test('a normal user releases, rolls back and stops as root does', async () => {
  const root = mkdtempSync(join(tmpdir(), 'wherry-user-'))
  const name = `wherry${process.pid}`
  execFileSync('useradd', ['--create-home', '--home-dir', join(root, 'home'), '--shell', '/bin/false', name])
  try {
    chmodSync(root, 0o755)
    const script = join(import.meta.dirname, '../support/as-user.ts')
    const identity = ['setpriv', `--reuid=${name}`, `--regid=${name}`, '--clear-groups'] as const
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(root, 'home'),
      NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
    }
    const result = await exec([...identity, process.execPath, script, root], { env: { ...env, ...settings() } })
    expect(result.code, result.stderr).toBe(0)
    expect(JSON.parse(result.stdout)).toEqual(['released one', 'released two', 'rolled-back-to one', 'stopped'])
  } finally {
    execFileSync('userdel', [name])
    rmSync(root, { recursive: true, force: true })
  }
})

/** Where this machine's registries are set, which a user of a test has no files for. */
function settings(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(UV_|PIP_|SSL_|WHERRY_DEBIAN|HTTPS?_PROXY|NO_PROXY)/i.test(name),
  )
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']))
}

describe('data', () => {
  const shop = (given: Parameters<Parameters<typeof makeExample>[1]>[0]) => ({
    ...given,
    name: 'shop',
    image: {
      ...given.image,
      serve: {
        ...given.image.serve,
        module: 'shop.wsgi',
        attribute: 'application',
        addServer: true,
        framework: 'django',
        settings: 'shop.settings',
        workers: { memory: null, max: null, threads: null },
      },
      collectStatic: ['python', 'manage.py', 'collectstatic', '--noinput'],
    },
    edge: { ...given.edge, statics: [{ url: '/static/', directory: 'staticfiles', collected: true }] },
    release: {
      ...given.release,
      command: ['python', 'manage.py', 'migrate', '--noinput'],
      migrations: 'django' as const,
    },
    data: [{ path: 'db.sqlite3', kind: 'sqlite' as const }],
    env: { ALLOWED_HOSTS: 'shop.example' },
    secrets: [{ name: 'SECRET_KEY', required: true }],
  })

  test('of Django outlives releases, is migrated before the switch and copied before that', async () => {
    const host = await openTestHost()
    const first = await makeExample('django-shop', shop)
    await host.release(first)
    const insert =
      'import sqlite3; c = sqlite3.connect("/data/db.sqlite3"); c.execute("create table kept (n)"); c.commit()'
    expect(await host.run(['python', '-c', insert])).toBe(0)
    await host.release(first, { env: { CHANGED: '1' } })
    const read =
      'import sqlite3, sys; sys.exit(sqlite3.connect("/data/db.sqlite3").execute("select count(*) from kept").fetchone()[0])'
    expect(await host.run(['python', '-c', read])).toBe(0)
    expect(statSync(join(host.home, 'releases/2/backup/db.sqlite3')).size).toBeGreaterThan(0)
    expect(statSync(join(host.home, 'data/db.sqlite3')).uid).toBe(10_001)
    expect((await host.page('/static/admin/css/base.css')).status).toBe(200)
  })

  test('of a rollback stays, and which migrations lie between is said', async () => {
    const host = await openTestHost()
    await host.release(await makeApp('wsgi', 'one', withJob))
    await host.release(await makeApp('wsgi', 'two', withJob))
    await host.back()
    expect(host.events.map(({ text }) => text).join('\n')).toMatch(/Release 2 ran python -c .*the data stays/s)
  })
})

test('workers change over after the web, and back when the release fails', async () => {
  const source =
    'import os, time\nwhile True:\n open("/data/worker", "w").write(os.environ["WHERRY_RELEASE"])\n time.sleep(0.1)\n'
  const plan = (given: Awaited<ReturnType<typeof makeApp>>['plan']) => ({
    ...given,
    processes: { web: null, worker: ['python', 'worker.py'] },
  })
  const host = await openTestHost()
  const file = join(host.home, 'data/worker')
  const worker = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  await host.release(await makeApp('wsgi', 'one', { files: { 'worker.py': source }, plan }))
  await until(() => worker() === '1')
  await host.release(await makeApp('wsgi', 'two', { files: { 'worker.py': source }, plan }))
  await until(() => worker() === '2')
  const groups = (await host.status()).processes.map(({ group, name }) => `${group} ${name}`).sort()
  expect(groups).toEqual([expect.stringMatching(/^edge nginx/), 'release-2 web', 'workers-2 worker'])
  await host.back()
  await until(() => worker() === '1')
})
