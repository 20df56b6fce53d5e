import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServicePlan } from '../../src/model/plan.ts'
import { makeApp, type App } from '../support/host-app.ts'
import { closeTestHosts, openTestHost, type TestHost } from '../support/host-place.ts'

/** Real databases, brought for an app that asks for them: its data outlive releases, stops and crashes. */

const source = `
import os, redis, psycopg
VERSION = open(os.path.join(os.path.dirname(__file__), "version")).read().strip()
def app(environ, start_response):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        if environ["REQUEST_METHOD"] == "POST":
            connection.execute("INSERT INTO notes (text) VALUES ('one')")
        notes = connection.execute("SELECT count(*) FROM notes").fetchone()[0]
    hits = redis.Redis(host="cache", port=6379).incr("hits")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{VERSION}: {notes} notes, {hits} hits".encode()]
`
const migration = `
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS notes (id serial, text varchar)")
`
const fact = { hosts: [], port: null, user: null, password: null, databases: [], variables: [] }
const services: ServicePlan[] = [
  {
    ...fact,
    kind: 'postgres',
    databases: ['notes'],
    variables: [{ name: 'DATABASE_URL', says: 'url', scheme: 'postgresql', database: null }],
  },
  { ...fact, kind: 'redis', hosts: ['cache'], password: '' },
]

const make = (version: string, asked = services): Promise<App> =>
  makeApp('wsgi', version, {
    files: { 'web.py': source, 'requirements.txt': 'gunicorn==27.0.1\npsycopg[binary]==3.2.13\nredis==6.4.0\n' },
    plan: plan => ({
      ...plan,
      name: 'notes',
      services: asked,
      release: { ...plan.release, command: ['python', '-c', migration] },
    }),
  })

let host: TestHost
beforeAll(async () => {
  host = await openTestHost()
})
afterAll(closeTestHosts)

const page = async (): Promise<string> => (await host.page()).body
const running = async (): Promise<string[]> =>
  (await host.status()).processes
    .filter(({ group, state }) => group === 'services' && state === 'running')
    .map(({ name }) => name)
    .sort()
const password = (): string => {
  const { made } = JSON.parse(readFileSync(join(host.home, 'secrets', '1'), 'utf8')) as { made: Record<string, string> }
  return made['WHERRY_POSTGRES_PASSWORD']!
}

test('they are there before the migrations, and the app is told where', async () => {
  expect(await host.release(await make('one'))).toMatchObject({ outcome: 'released' })
  expect(await page()).toMatch(/^one: 0 notes/)
  await fetch(`http://127.0.0.1:${host.port}/`, { method: 'POST' })
  expect(await running()).toEqual(['postgres', 'redis'])
})

test('their data stay when releases change, and they are not started again', async () => {
  const before = (await host.status()).processes.find(({ name }) => name === 'postgres')?.pid
  expect(await host.release(await make('two'))).toMatchObject({ outcome: 'released' })
  expect(await page()).toMatch(/^two: 1 notes/)
  expect((await host.status()).processes.find(({ name }) => name === 'postgres')?.pid).toBe(before)
  expect(await host.release(await make('two'))).toMatchObject({ outcome: 'already-serving' })
})

test('no process list, log or event holds the password', async () => {
  const lists = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
  const seen = [...lists, JSON.stringify(host.events), readFileSync(join(host.home, 'logs', 'app.jsonl'), 'utf8')]
  expect(password()).toMatch(/^[\w-]{64}$/)
  expect(seen.filter(text => text.includes(password()))).toEqual([])
})

test('down keeps the data; the next release, and a rollback, find them', async () => {
  await host.down(host.options)
  expect(await running()).toEqual([])
  await host.back(1)
  expect(await page()).toMatch(/^one: 1 notes/)
  await host.down(host.options)
  expect(await host.release(await make('two'))).toMatchObject({ outcome: 'released' })
  expect(await page()).toMatch(/^two: 1 notes/)
})

test('a password that was changed is followed', async () => {
  await host.setSecrets({ WHERRY_POSTGRES_PASSWORD: `it's "new"` }, host.options)
  expect(await host.release(await make('two'))).toMatchObject({ outcome: 'released' })
  expect(await page()).toMatch(/^two: 1 notes/)
})

test('kill -9 of the holder leaves none behind, and the next release recovers them', async () => {
  const { holder, processes } = await host.status()
  const pids = processes.filter(({ group }) => group === 'services').flatMap(({ pid }) => pid ?? [])
  process.kill(holder!, 'SIGKILL')
  const deadline = performance.now() + 10_000
  while (pids.some(pid => existsSync(`/proc/${pid}`)) && performance.now() < deadline) await sleep(20)
  expect(pids.filter(pid => existsSync(`/proc/${pid}`))).toEqual([])
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('unix_socket_directories')
  await host.release(await make('three'))
  expect(await page()).toMatch(/^three: 1 notes/)
})

test('data of another major version are named, not touched', async () => {
  await host.down(host.options)
  const file = join(host.home, 'services', 'postgres', 'data', 'main', 'PG_VERSION')
  const was = readFileSync(file, 'utf8')
  writeFileSync(file, '9\n')
  await expect(host.release(await make('four'))).rejects.toMatchObject({ code: 'service-data-version' })
  writeFileSync(file, was)
  await host.release(await make('four'))
  expect(await page()).toMatch(/^four: 1 notes/)
})

test('an own one wins: nothing is brought for it', async () => {
  const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' }
  await expect(host.release(await make('five'), { env })).rejects.toMatchObject({ code: 'rolled-back' })
  expect(await running()).toEqual(['postgres', 'redis'])
})

test('an address that others hold is named', async () => {
  await host.down(host.options)
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const asked = services.map(each =>
    each.kind === 'redis' ? Object.assign({}, each, { hosts: ['localhost'], port }) : each,
  )
  await expect(host.release(await make('six', asked))).rejects.toMatchObject({
    code: 'service-port-in-use',
    next: expect.stringContaining('let the app read the address from a variable'),
  })
  server.close()
})

test('MariaDB and Memcached: parts in variables, a host name of the source', async () => {
  const own = await openTestHost()
  const names = { DB_HOST: 'host', DB_USER: 'user', DB_PASSWORD: 'password', DB_NAME: 'database' } as const
  const variables = Object.entries(names).map(([name, says]) => ({ name, says, scheme: null, database: null }))
  const asked: ServicePlan[] = [
    { ...fact, kind: 'mysql', variables },
    { ...fact, kind: 'memcached', hosts: ['cache'], password: '' },
  ]
  const mysql = `
import os, pymysql
from pymemcache.client.base import Client
def app(environ, start_response):
    connection = pymysql.connect(host=os.environ["DB_HOST"], user=os.environ["DB_USER"],
                                 password=os.environ["DB_PASSWORD"], database=os.environ["DB_NAME"])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS notes (text varchar(20))")
        cursor.execute("INSERT INTO notes VALUES ('é😀')")
        cursor.execute("SELECT text FROM notes")
        text = cursor.fetchone()[0]
    cache = Client(("cache", 11211))
    cache.set("key", text.encode())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [cache.get("key")]
`
  const made = await makeApp('wsgi', 'one', {
    files: { 'web.py': mysql, 'requirements.txt': 'gunicorn==27.0.1\npymysql==1.1.2\npymemcache==4.0.0\n' },
    plan: plan => ({ ...plan, services: asked }),
  })
  await own.release(made)
  expect((await own.page()).body).toBe('é😀')
})

test('a Celery worker and the app meet at a Redis with a password', async () => {
  const own = await openTestHost()
  const tasks = `
import os
from celery import Celery
queue = Celery("web", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
@queue.task
def double(n):
    return 2 * n
def app(environ, start_response):
    answer = double.delay(21).get(timeout=60) if environ["PATH_INFO"] == "/job" else "ready"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(answer).encode()]
`
  const made = await makeApp('wsgi', 'one', {
    files: { 'web.py': tasks, 'requirements.txt': 'gunicorn==27.0.1\ncelery[redis]==5.5.3\n' },
    plan: plan => ({
      ...plan,
      processes: { web: null, worker: ['celery', '-A', 'web:queue', 'worker', '--pool', 'solo'] },
      services: [
        { ...fact, kind: 'redis', variables: [{ name: 'REDIS_URL', says: 'url', scheme: 'redis', database: '0' }] },
      ],
    }),
  })
  await own.release(made)
  expect((await own.page('/job')).body).toBe('42')
  expect(await own.secretNames()).toEqual(['WHERRY_REDIS_PASSWORD'])
})
