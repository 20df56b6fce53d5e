import { chownSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { Agent, request, type RequestListener, type Server } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as secureRequest } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import * as edge from '../../src/nginx/index.ts'
import { apt } from '../support/apt.ts'
import {
  ask,
  freePort,
  link,
  makeDirectory,
  mirror,
  startEdge,
  startRelease,
  until,
  type Edge,
} from '../support/nginx-edge.ts'
import { bringNginx, suites } from '../support/nginx-programs.ts'
import { staticsIn } from '../support/nginx-sites.ts'

/** The edge over time and in its surroundings: switches under load, reloads, other listeners, other users. */
const started: { edges: Edge[]; apps: Server[] } = { edges: [], apps: [] }
afterEach(async () => {
  for (const running of started.edges.splice(0)) await running.stop()
  for (const server of started.apps.splice(0)) server.close().closeAllConnections()
})

async function release(directory: string, number: number, app: RequestListener = mirror, files = {}): Promise<Server> {
  const server = await startRelease(directory, number, app, files)
  started.apps.push(server)
  return server
}

async function edgeOf(...args: Parameters<typeof startEdge>): Promise<Edge> {
  const running = await startEdge(...args)
  started.edges.push(running)
  return running
}

interface Load {
  readonly count: () => number
  readonly failures: readonly string[]
  readonly end: () => Promise<void>
}

/** 32 clients on kept connections, each sending one POST after the other: nginx repeats no POST, so nothing hides a loss. */
function load(port: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const failures: string[] = []
  let answered = 0
  const ending = new AbortController()
  const client = async () => {
    while (!ending.signal.aborted) {
      const answer = await ask(port, '/', { method: 'POST', body: 'x', agent }).catch((error: unknown) => String(error))
      answered += 1
      if (typeof answer === 'string') failures.push(answer)
      else if (answer.status !== 200) failures.push(String(answer.status))
    }
  }
  const clients = Array.from({ length: 32 }, client)
  const end = async () => {
    ending.abort()
    await Promise.all(clients)
    agent.destroy()
  }
  return { count: () => answered, failures, end }
}

describe.each(suites)('with the nginx of %s', suite => {
  test('switches under load lose nothing', async () => {
    const program = await bringNginx(suite)
    const directory = makeDirectory()
    const named =
      (number: number): RequestListener =>
      (message, response) =>
        message.resume().on('end', () => setTimeout(() => response.end(String(number)), 2))
    let current = await release(directory, 1, named(1))
    link(directory, 'current', 1)
    const running = await edgeOf(program, directory, { workerProcesses: 2 })
    const clients = load(running.port)
    for (let number = 2; number <= 4; number += 1) {
      const before = clients.count()
      await until(() => clients.count() > before + 500)
      const next = await release(directory, number, named(number))
      link(directory, 'current', number)
      await until(() => connections(current) === 0)
      current.close()
      current = next
    }
    const before = clients.count()
    await until(() => clients.count() > before + 500)
    await clients.end()
    expect(clients.failures, `of ${clients.count()} requests`).toEqual([])
    expect((await ask(running.port, '/')).body).toBe('4')
  })
})

/** Connections of a server's socket as the kernel has them, those included that wait to be accepted. */
function connections(server: Server): number {
  const path = server.address() as string
  const lines = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .map(line => line.split(/\s+/))
  return lines.filter(fields => (fields[5] === '02' || fields[5] === '03') && fields[7] === path).length
}

test('a reload keeps kept connections, where nginx can', async () => {
  const directory = makeDirectory()
  await release(directory, 1)
  link(directory, 'current', 1)
  const running = await edgeOf(await bringNginx('forky'), directory, { workerProcesses: 2 })
  const clients = load(running.port)
  for (let i = 0; i < 3; i += 1) {
    const before = clients.count()
    await until(() => clients.count() > before + 300)
    process.kill(Number(readFileSync(join(directory, 'nginx.pid'), 'utf8')), 'SIGHUP')
  }
  const before = clients.count()
  await until(() => clients.count() > before + 300)
  await clients.end()
  expect(clients.failures).toEqual([])
})

test('a trusted proxy is believed, one that is not is not', async () => {
  const claims = {
    'X-Forwarded-For': '6.6.6.6, 203.0.113.9',
    'X-Forwarded-Proto': 'https',
    'X-Request-ID': 'from-outside',
  }
  const heard = async (proxies: readonly edge.Cidr[], headers: Record<string, string>) => {
    const directory = makeDirectory()
    await release(directory, 1)
    link(directory, 'current', 1)
    const { port } = await edgeOf(await bringNginx('here'), directory, { trustedProxies: proxies })
    const { headers: seen } = JSON.parse((await ask(port, '/', { headers })).body) as {
      headers: Record<string, string>
    }
    return { seen, port: String(port) }
  }
  const trusted = await heard([edge.parseCidr('127.0.0.0/8')], claims)
  expect(trusted.seen).toMatchObject({
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-request-id': 'from-outside',
  })
  const odd = await heard([edge.parseCidr('127.0.0.0/8')], {
    'X-Forwarded-Proto': 'gopher',
    'X-Forwarded-Port': '80;x',
    'X-Request-ID': 'a b',
  })
  expect(odd.seen).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': odd.port,
  })
  expect(odd.seen['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
  const stranger = await heard([edge.parseCidr('10.0.0.0/8')], claims)
  expect(stranger.seen).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': stranger.port,
  })
  expect(stranger.seen['x-request-id']).not.toBe('from-outside')
})

test('listens on a socket, where a client has no address of its own', async () => {
  const directory = makeDirectory()
  await release(directory, 1)
  link(directory, 'current', 1)
  const port = await freePort()
  const listen: edge.Listen[] = [
    { address: edge.parseAddress('127.0.0.1'), port: edge.parsePort(port) },
    { socket: edge.parseSocketPath(`${directory}/edge one.sock`) },
  ]
  await edgeOf(await bringNginx('here'), directory, { listen }, {}, port)
  const answer = await new Promise<string>((resolve, reject) => {
    const sent = request(
      {
        socketPath: `${directory}/edge one.sock`,
        path: '/',
        headers: { Host: 'a.example', 'X-Forwarded-For': '6.6.6.6' },
      },
      response => {
        let text = ''
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('end', () => resolve(text))
      },
    )
    sent.on('error', reject).end()
  })
  const { headers } = JSON.parse(answer) as { headers: Record<string, string> }
  expect(headers).not.toHaveProperty('x-forwarded-for')
  expect(headers).not.toHaveProperty('x-forwarded-port')
  expect(headers['x-forwarded-proto']).toBe('http')
})

test('a normal user can run it, and it writes in its own place only', async () => {
  const directory = makeDirectory()
  await release(directory, 1)
  link(directory, 'current', 1)
  for (const name of ['', 'temp', 'errors']) chownSync(join(directory, name), 65_534, 65_534)
  const { port } = await edgeOf(await bringNginx('here'), directory, {}, { uid: 65_534, gid: 65_534 })
  const answer = await ask(port, '/', { method: 'POST', body: Buffer.alloc(500_000) })
  expect(answer.status).toBe(200)
  expect(statSync(join(directory, 'nginx.pid')).uid).toBe(65_534)
  expect(readdirSync(join(directory, 'temp')).sort()).toEqual(['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'])
})

test('files with their release’s time are revalidated by it', async () => {
  const directory = makeDirectory()
  await release(directory, 1, mirror, { 'a.css': 'one' })
  link(directory, 'current', 1)
  const { port } = await edgeOf(await bringNginx('here'), directory, {
    statics: [staticsIn(directory, { modified: 'per-release' })],
  })
  const { headers } = await ask(port, '/static/a.css')
  expect(headers.etag).toBeDefined()
  const again = await ask(port, '/static/a.css', { headers: { 'If-None-Match': headers.etag ?? '' } })
  expect(again.status).toBe(304)
})

test('a site may serve files everywhere, and a whole directory for ever', async () => {
  const directory = makeDirectory()
  await release(directory, 1, mirror, { 'robots.txt': 'r', 'assets/app.js': 'a' })
  link(directory, 'current', 1)
  const assets = {
    url: edge.parseUrlPrefix('/assets/'),
    directory: edge.parseDiskPath(`${directory}/current/static/assets`),
    immutable: 'all' as const,
  }
  const statics = [
    staticsIn(directory, { url: edge.parseUrlPrefix('/'), immutable: 'none' }),
    staticsIn(directory, assets),
  ]
  const { port } = await edgeOf(await bringNginx('here'), directory, { statics })
  expect(await ask(port, '/robots.txt')).toMatchObject({
    body: 'r',
    headers: { 'cache-control': 'public, max-age=0, must-revalidate' },
  })
  expect(await ask(port, '/assets/app.js')).toMatchObject({
    body: 'a',
    headers: { 'cache-control': 'public, max-age=31536000, immutable' },
  })
  for (const path of ['/', '/page?x', '/assets/none.js'])
    expect(JSON.parse((await ask(port, path)).body)).toMatchObject({ url: path })
})

describe.each(suites)('TLS with the nginx of %s', suite => {
  test('serves HTTP/1.1 and HTTP/2, refuses strangers, redirects the plain port', async () => {
    await apt('openssl')
    const directory = makeDirectory()
    await release(directory, 1)
    link(directory, 'current', 1)
    const tls = {
      certificate: edge.parseDiskPath(`${directory}/cert.pem`),
      key: edge.parseDiskPath(`${directory}/key.pem`),
    }
    const subject = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=a.example',
      '-addext',
      'subjectAltName=DNS:a.example',
    ]
    await exec(['openssl', 'req', '-x509', ...subject, '-out', tls.certificate, '-keyout', tls.key])
    const [plain, secure] = [await freePort(), await freePort()]
    const address = edge.parseAddress('127.0.0.1')
    const listen = [
      { address, port: edge.parsePort(plain) },
      { address, port: edge.parsePort(secure), tls: true },
    ]
    await edgeOf(
      await bringNginx(suite),
      directory,
      { listen, tls, serverNames: [edge.parseHostname('a.example')] },
      {},
      plain,
    )

    const moved = await ask(plain, '/x?y=1', { method: 'POST', headers: { Host: 'a.example' } })
    expect(moved).toMatchObject({ status: 308, headers: { location: `https://a.example:${secure}/x?y=1` } })

    const ca = readFileSync(tls.certificate)
    const first = await new Promise<string>((resolve, reject) => {
      secureRequest(
        { host: '127.0.0.1', port: secure, servername: 'a.example', ca, headers: { Host: 'a.example' } },
        response => {
          let text = ''
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => (text += chunk))
            .on('end', () => resolve(text))
        },
      )
        .on('error', reject)
        .end()
    })
    expect(JSON.parse(first)).toMatchObject({ headers: { 'x-forwarded-proto': 'https', host: 'a.example' } })

    const session = connectHttp2(`https://a.example:${secure}`, {
      createConnection: () =>
        connectTls({ host: '127.0.0.1', port: secure, servername: 'a.example', ca, ALPNProtocols: ['h2'] }),
    })
    const status = await new Promise((resolve, reject) => {
      session.on('error', reject)
      session
        .request({ ':path': '/', ':authority': 'a.example' })
        .on('response', headers => resolve(headers[':status']))
        .on('error', reject)
        .end()
    })
    session.destroy()
    expect(status).toBe(200)

    const stranger = new Promise((resolve, reject) => {
      secureRequest(
        {
          host: '127.0.0.1',
          port: secure,
          servername: 'evil.example',
          rejectUnauthorized: false,
          headers: { Host: 'evil.example' },
        },
        resolve,
      )
        .on('error', reject)
        .end()
    })
    await expect(stranger).rejects.toThrow()
  })
})
