import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { get as getPlain, type IncomingMessage } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { get as getSecure } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localTransport, openHost, type DeployRequest, type Host } from '../../src/targets/host/index.ts'
import { readCertificate } from '../../src/targets/host/certificate.ts'
import { makeCertificate } from '../support/certificate.ts'
import { makeApp, type App } from '../support/host-app.ts'
import { freePort, until } from '../support/nginx-edge.ts'

/** HTTPS with a certificate of one's own, as a target of the config asks for it: a real nginx, a real image, real clients. */
const names = ['shop.example', '*.shop.example']
let place: string
let host: Host
let [one, two]: App[] = []
let [port, plain]: number[] = []

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'wherry-tls-'))
  ;[port, plain] = [await freePort(), await freePort()]
  const home = join(place, 'app')
  // Asked by its own agent, as a server is: what this machine takes for a good certificate does not count there.
  host = openHost({ home, transport: { ...localTransport({ home }), name: '127.0.0.1' } })
  ;[one, two] = [await makeApp('wsgi', 'one', scheme), await makeApp('wsgi', 'two', scheme)]
})
afterAll(async () => {
  await host.down(options)
  rmSync(place, { recursive: true, force: true })
})

const options = { report: () => {} }
const scheme = {
  files: {
    'web.py': `
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(open("version").read() + " " + environ["wsgi.url_scheme"] + " " + environ["HTTP_HOST"]).encode()]
`,
  },
}

async function release(app: App | undefined, certificate: DeployRequest['certificate'], hsts = false) {
  const listen = { address: '127.0.0.1', port: Number(port), names, tls: { plain: Number(plain), hsts } }
  if (!app || !certificate) throw new Error('nothing to release')
  return host.deploy({ ...app, ...options, listen, certificate })
}

/** A certificate of its own each time, and what trusts it. */
async function newCertificate(): Promise<NonNullable<DeployRequest['certificate']>> {
  const directory = mkdtempSync(join(place, 'certificate-'))
  await makeCertificate(directory, 'DNS:shop.example,DNS:*.shop.example')
  return readCertificate(directory, { certificate: 'certificate.pem', key: 'key.pem' }, { names })
}

function ask(name: string, ca: string): Promise<IncomingMessage> {
  const wish = { host: '127.0.0.1', port, servername: name, headers: { host: name }, ca, agent: false, path: '/x?y' }
  return new Promise((resolve, reject) => getSecure(wish, resolve).on('error', reject))
}

function askPlain(name: string): Promise<IncomingMessage> {
  const wish = { host: '127.0.0.1', port: plain, headers: { host: name }, agent: false, path: '/x?y' }
  return new Promise((resolve, reject) => getPlain(wish, resolve).on('error', reject))
}

const keys = (): string[] => readdirSync(join(place, 'app/edge/conf')).filter(name => name.startsWith('tls-'))

test('serves its names by HTTPS, and sends plain requests on', async () => {
  const certificate = await newCertificate()
  const { url } = await release(one, certificate)
  expect(url).toBe(`https://shop.example:${port}/`)
  expect((await host.status()).url).toBe(url)
  for (const name of ['shop.example', 'www.shop.example']) {
    expect(await text(await ask(name, certificate.chain))).toBe(`one https ${name}`)
  }
  const sent = await askPlain('shop.example')
  expect([sent.statusCode, sent.headers.location]).toEqual([308, `https://shop.example:${port}/x?y`])
  await expect(ask('other.example', certificate.chain)).rejects.toThrow()
  await expect(askPlain('other.example')).rejects.toThrow(/hang up|ECONNRESET/)
})

test('speaks HTTP/2', async () => {
  const certificate = await newCertificate()
  await release(one, certificate)
  await until(async () => (await ask('shop.example', certificate.chain).catch(() => null)) !== null)
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: certificate.chain, servername: 'shop.example' })
  const stream = session.request({ ':path': '/', ':authority': 'shop.example' })
  expect(await text(stream)).toBe('one https shop.example')
  session.close()
})

test('a renewed certificate is taken up without another release; keys of before are removed', async () => {
  for (let renewed = 0; renewed < 3; renewed++) {
    const certificate = await newCertificate()
    expect(await release(one, certificate)).toMatchObject({ outcome: 'edge', release: { number: 1 } })
    await until(async () => (await ask('shop.example', certificate.chain).catch(() => null)) !== null)
  }
  expect(keys()).toHaveLength(2)
  for (const name of keys()) expect(statSync(join(place, 'app/edge/conf', name)).mode & 0o777).toBe(0o400)
})

test('a release and the way back stay on HTTPS; HSTS is a choice', async () => {
  const certificate = await newCertificate()
  await release(two, certificate, true)
  const answer = await ask('shop.example', certificate.chain)
  expect(answer.headers['strict-transport-security']).toBe('max-age=63072000')
  expect(await text(answer)).toBe('two https shop.example')
  expect(await host.rollback(null, options)).toMatchObject({ url: `https://shop.example:${port}/` })
  expect(await text(await ask('shop.example', certificate.chain))).toBe('one https shop.example')
})

test('the key is nowhere but in its file', () => {
  const home = join(place, 'app')
  const holders = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter(name => statSync(join(home, name), { throwIfNoEntry: false })?.isFile())
    .filter(name => readFileSync(join(home, name), 'latin1').includes('PRIVATE KEY'))
  expect(holders.map(name => name.replace(/[0-9a-f]{16}/, 'N'))).toEqual(keys().map(() => 'edge/conf/tls-N.pem'))
})
