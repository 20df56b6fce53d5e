import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Event } from '../../src/model/event.ts'
import { localTransport, openHost, type Deployed, type Host } from '../../src/targets/host/index.ts'
import { makeApp, type App } from '../support/host-app.ts'
import { freePort, until } from '../support/nginx-edge.ts'
import { startPebble, type Pebble } from '../support/pebble.ts'

/** A host that fetches its certificate and renews it, from Let's Encrypt's own server for tests. */
let place: string
let host: Host
let app: App
let pebble: Pebble
let [port, plain] = [0, 0]
const events: Omit<Event, 'at'>[] = []
const report = (event: Omit<Event, 'at'>): void => void events.push(event)

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'wherry-acme-'))
  ;[port, plain] = [await freePort(), await freePort()]
  pebble = await startPebble({ httpPort: plain, validity: 40 })
  const home = join(place, 'app')
  // Asked by its own agent, as a server is.
  host = openHost({ home, transport: { ...localTransport({ home }), name: '127.0.0.1' } })
  app = await makeApp('wsgi', 'one')
}, 300_000)
afterAll(async () => {
  await host.down({ report })
  pebble.stop()
  rmSync(place, { recursive: true, force: true })
})

function release(names: readonly string[], directory = pebble.directory): Promise<Deployed> {
  const acme = { directory, email: 'ops@shop.example', roots: pebble.roots }
  const listen = { address: '127.0.0.1', port, names, tls: { plain, hsts: false, acme } }
  return host.deploy({ ...app, report, listen })
}

interface Served {
  readonly serial: string
  readonly trusted: boolean
  readonly names: string
}

async function served(name: string): Promise<Served> {
  const ca = await pebble.issuer()
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: name, ca, rejectUnauthorized: false }, () => {
      const { serialNumber: serial, subjectaltname: names = '' } = socket.getPeerCertificate()
      resolve({ serial, trusted: socket.authorized, names })
      socket.destroy()
    }).on('error', reject)
  })
}

const warnings = (): string[] => events.filter(({ level }) => level === 'warning').map(({ text }) => text)

test('what cannot be fetched yet is said, and the release serves', async () => {
  await release(['blocked.example'])
  expect(warnings().join('\n')).toMatch(/certificate for blocked\.example.*(blocked|policy|forbids)/is)
  const { certificate, current } = await host.status()
  expect(current).toMatchObject({ number: 1, state: 'serving' })
  expect(certificate).toMatchObject({ until: null, failed: expect.stringMatching(/blocked|policy|forbids/i) })
  expect(await served('blocked.example')).toMatchObject({ trusted: false })
})

test('a certificate that browsers trust is fetched for all names, in one go with a release', async () => {
  events.length = 0
  expect(await release(['shop.example', 'www.shop.example'])).toMatchObject({ outcome: 'edge' })
  expect(warnings()).toEqual([])
  await until(async () => (await served('shop.example')).trusted)
  expect(await served('www.shop.example')).toMatchObject({
    trusted: true,
    names: 'DNS:shop.example, DNS:www.shop.example',
  })
  expect((await host.status()).certificate).toMatchObject({ until: expect.any(Number), failed: null })
  expect(readdirSync(join(place, 'app/edge/conf/challenges'))).toEqual([])
})

test('it is renewed by the host itself before it runs out', async () => {
  const { serial } = await served('shop.example')
  await until(async () => (await served('shop.example')).serial !== serial)
  expect(await served('shop.example')).toMatchObject({ trusted: true })
  const lines: string[] = []
  for await (const { group, text } of host.logs()) if (group === 'certificate') lines.push(text)
  expect(lines).toContain('certificate: issued')
})

test('a look that failed is forgotten once one does not, and the certificate is kept', async () => {
  const file = join(place, 'app/edge/acme/certificate.json')
  await release(['shop.example', 'www.shop.example'])
  const before = await served('shop.example')
  const known = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...known, failed: { detail: 'no network' } }))
  expect((await host.status()).certificate).toMatchObject({ failed: 'no network' })
  await release(['shop.example', 'www.shop.example'])
  expect((await host.status()).certificate).toMatchObject({ failed: null })
  expect(await served('shop.example')).toEqual(before)
})

test('another ACME server is gone to at once, though nginx is told nothing else', async () => {
  const { serial } = await served('shop.example')
  await release(['shop.example', 'www.shop.example'], `${pebble.directory}?another`)
  await until(async () => (await served('shop.example')).serial !== serial)
  expect(await served('shop.example')).toMatchObject({ trusted: true })
  expect(warnings()).toEqual([])
})

test('private keys are read by nobody else and told nowhere', () => {
  const home = join(place, 'app')
  const holders = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(home, name), { throwIfNoEntry: false })?.isFile())
    .filter(name => readFileSync(join(home, name), 'latin1').includes('PRIVATE KEY'))
  expect(holders.sort()).toEqual(['edge/acme/account.key', 'edge/conf/certificate.pem'])
  for (const name of holders) expect(statSync(join(home, name)).mode & 0o077).toBe(0)
})
