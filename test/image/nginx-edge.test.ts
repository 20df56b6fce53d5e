import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as edge from '../../src/nginx/index.ts'
import { ask, link, makeDirectory, mirror, startEdge, startRelease, until, type Edge } from '../support/nginx-edge.ts'
import { bringNginx, suites, type NginxProgram } from '../support/nginx-programs.ts'
import { staticsIn } from '../support/nginx-sites.ts'

/** What clients and the app see through the edge, asked of every nginx we write for. */
const hashed = 'app.0123456789ab.css'
const old = 'old.fedcba987654.css'

/** Events are held back until the client says that it has the one before: only an unbuffered answer ever ends. */
let received = 0
const app: RequestListener = (message, response) => {
  if (message.url?.startsWith('/events')) {
    if (message.url.endsWith('unbuffered')) response.setHeader('X-Accel-Buffering', 'no')
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: 1\n\n')
    void until(() => received > 0).then(() => response.end('data: 2\n\n'))
    return
  }
  if (message.url === '/own')
    response.setHeader('X-Frame-Options', 'SAMEORIGIN').setHeader('X-Request-ID', 'of-the-app')
  if (message.url === '/long') {
    response.setHeader('Content-Type', 'text/html').end('long '.repeat(1000))
    return
  }
  if (message.url === '/own-503') {
    response.writeHead(503).end('mine')
    return
  }
  if (message.url === '/never') return
  mirror(message, response)
}

describe.each(suites)('behind the nginx of %s', suite => {
  let program: NginxProgram
  let running: Edge
  let releases: Server[]
  const seen = async (path: string, options = {}) =>
    JSON.parse((await ask(running.port, path, options)).body) as {
      url: string
      method: string
      headers: Record<string, string>
    }

  beforeAll(async () => {
    program = await bringNginx(suite)
    const directory = makeDirectory()
    const first = await startRelease(directory, 1, app, { [old]: 'old', 'plain.css': 'one', 'gone.css': 'gone' })
    const second = await startRelease(directory, 2, app, {
      [hashed]: 'new',
      'plain.css': 'two',
      'page.html': 'p',
      'sub/x.js': 'x',
    })
    releases = [first, second]
    for (const server of releases)
      server.on('upgrade', (message, socket) => {
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${message.headers.upgrade}\r\nConnection: Upgrade\r\n\r\n`,
        )
        socket.pipe(socket)
      })
    link(directory, 'previous', 1)
    link(directory, 'current', 2)
    running = await startEdge(program, directory, {
      serverNames: [edge.parseHostname('app.example'), edge.parseHostname('localhost')],
      app: { socket: edge.parseSocketPath(`${directory}/current/app.sock`), timeout: edge.parseTime('0') },
      statics: [staticsIn(directory)],
      headers: [edge.parseHeader('X-Frame-Options', 'DENY'), edge.parseHeader('X-Odd', 'a $5 "b" \\ {c}; #d')],
    })
  })
  afterAll(async () => {
    await running.stop()
    for (const server of releases) server.close().closeAllConnections()
  })
  const here = { Host: 'app.example' }

  test('the app hears who the client is from nginx alone', async () => {
    const spoofed = {
      Host: 'app.example:8080',
      'X-Forwarded-For': '6.6.6.6',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Port': '1',
      'X-Real-IP': '6.6.6.6',
      'X-Request-ID': 'mine',
      'X-Forwarded-Prefix': '/evil',
      'X-Forwarded-Ssl': 'on',
      Forwarded: 'for=6.6.6.6',
      Proxy: 'http://evil',
      SCRIPT_NAME: '/evil',
    }
    const { headers, url } = await seen('/a%2Fb//c?x=1', { headers: spoofed })
    expect(url).toBe('/a%2Fb//c?x=1')
    expect(headers).toMatchObject({
      host: 'app.example',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'app.example',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-port': String(running.port),
    })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    for (const name of ['proxy', 'forwarded', 'x-forwarded-prefix', 'x-forwarded-ssl', 'script_name', 'upgrade'])
      expect(headers).not.toHaveProperty(name)
  })

  test('the answer names the request, whatever the app calls it', async () => {
    const answer = await ask(running.port, '/own', { headers: here })
    expect(answer.headers['x-request-id']).toBe(
      (JSON.parse(answer.body) as { headers: Record<string, string> }).headers['x-request-id'],
    )
  })

  test('headers of the site are on every answer, except where the app has its own', async () => {
    for (const path of ['/', '/static/plain.css', '/.well-known/wherry/release', '/never']) {
      const { headers } = await ask(running.port, path, { headers: here })
      expect(headers, path).toMatchObject({ 'x-frame-options': 'DENY', 'x-odd': 'a $5 "b" \\ {c}; #d' })
      expect(headers['x-request-id'], path).toMatch(/^[0-9a-f]{32}$/)
    }
    expect((await ask(running.port, '/own', { headers: here })).headers['x-frame-options']).toBe('SAMEORIGIN')
  })

  test('a WebSocket is passed on, another upgrade is not', async () => {
    const socket = connect(running.port, '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.write('GET /ws HTTP/1.1\r\nHost: app.example\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n')
    await until(() => text.includes('\r\n\r\n'))
    expect(text).toMatch(/^HTTP\/1\.1 101 /)
    socket.write('hello through the tunnel')
    await until(() => text.endsWith('hello through the tunnel'))
    socket.destroy()
    const { headers } = await seen('/', {
      headers: { ...here, Upgrade: 'h2c', Connection: 'Upgrade, HTTP2-Settings', 'HTTP2-Settings': 'x' },
    })
    expect(headers).not.toHaveProperty('upgrade')
  })

  test('events arrive one by one when the app asks for it', async () => {
    received = 0
    const socket = connect(running.port, '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.write('GET /events/unbuffered HTTP/1.1\r\nHost: app.example\r\n\r\n')
    await until(() => text.includes('data: 1'))
    expect(text).not.toContain('data: 2')
    received = 1
    await until(() => text.includes('data: 2'))
    socket.destroy()
  })

  test('a body above the limit is refused before the app sees it', async () => {
    expect(
      (await ask(running.port, '/', { method: 'POST', headers: here, body: Buffer.alloc(2 ** 20 + 1) })).status,
    ).toBe(413)
    expect((await ask(running.port, '/', { method: 'POST', headers: here, body: Buffer.alloc(2 ** 20) })).status).toBe(
      200,
    )
  })

  test('long text is compressed, and caches are told', async () => {
    const { headers } = await ask(running.port, '/long', {
      headers: { ...here, 'Accept-Encoding': 'gzip', Via: '1.1 cdn' },
    })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
  })

  test('an app that does not answer gets its page: HTML for people, JSON for programs', async () => {
    const page = await ask(running.port, '/never', { headers: here })
    expect(page).toMatchObject({
      status: 504,
      headers: { 'content-type': 'text/html', 'retry-after': '5', 'cache-control': 'no-store', vary: 'Accept' },
    })
    expect(page.body).toContain('Taking too long')
    link(running.directory, 'current', 1)
    rmSync(join(running.directory, 'releases/1/app.sock'))
    const error = await ask(running.port, '/', {
      method: 'POST',
      body: 'x',
      headers: { ...here, Accept: 'application/json' },
    })
    link(running.directory, 'current', 2)
    expect(error).toMatchObject({ status: 502, headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(error.body)).toMatchObject({ error: 'bad-gateway', status: 502 })
    expect((await ask(running.port, '/own-503', { headers: here })).body).toBe('mine')
    expect((await ask(running.port, '/.wherry/errors/bad-gateway.html', { headers: here })).status).toBe(404)
  })

  test('maintenance answers for the app alone, while the flag is there', async () => {
    const flag = join(running.directory, 'maintenance')
    writeFileSync(flag, '')
    const page = await ask(running.port, '/', { headers: here })
    expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '120' } })
    expect(page.body).toContain('Down for maintenance')
    expect((await ask(running.port, '/static/missing.css', { headers: here })).status).toBe(503)
    expect((await ask(running.port, '/static/plain.css', { headers: here })).status).toBe(200)
    rmSync(flag)
    expect((await ask(running.port, '/', { headers: here })).status).toBe(200)
  })

  test('files are kept by their names', async () => {
    const get = (name: string, headers = {}) =>
      ask(running.port, `/static/${name}`, { headers: { ...here, ...headers } })
    expect(await get(hashed)).toMatchObject({
      body: 'new',
      headers: { 'cache-control': 'public, max-age=31536000, immutable', 'content-type': 'text/css; charset=utf-8' },
    })
    expect(await get('plain.css')).toMatchObject({
      body: 'two',
      headers: { 'cache-control': 'public, max-age=0, must-revalidate' },
    })
    expect((await get('plain.css')).headers).not.toHaveProperty('etag')
    expect((await get('plain.css')).headers).not.toHaveProperty('last-modified')
    expect((await get('plain.css', { 'If-Modified-Since': new Date().toUTCString() })).status).toBe(200)
    expect(await get(old), 'the previous release’s').toMatchObject({
      body: 'old',
      headers: { 'cache-control': 'public, max-age=31536000, immutable' },
    })
  })

  test('what is no file of the release is the app’s, as it was asked', async () => {
    for (const path of [
      '/static/gone.css',
      '/static/none.0123456789ab.css?v=1',
      '/static/',
      '/static/sub',
      '/static/a%20b',
      '/static/..%2frelease.json',
    ]) {
      expect(await seen(path, { method: 'POST', body: 'x', headers: here }), path).toMatchObject({
        url: path,
        method: 'POST',
      })
    }
  })

  test('the previous release is not a place of its own', async () => {
    expect((await ask(running.port, `/.wherry/previous/static/${old}`, { headers: here })).status).toBe(404)
  })

  test('a link in the files leads nowhere', async () => {
    symlinkSync('/etc/passwd', join(running.directory, 'releases/2/static/link.css'))
    expect((await seen('/static/link.css', { headers: here })).url).toBe('/static/link.css')
  })

  test('a file packed beforehand is sent as it is', async () => {
    writeFileSync(join(running.directory, 'releases/2/static/plain.css.gz'), gzipSync('packed'))
    const answer = await ask(running.port, '/static/plain.css', { headers: { ...here, 'Accept-Encoding': 'gzip' } })
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
    rmSync(join(running.directory, 'releases/2/static/plain.css.gz'))
  })

  test('a switch shows at once: files, release, no cache in between', async () => {
    const css = async () => (await ask(running.port, '/static/plain.css', { headers: here })).body
    const release = () => ask(running.port, '/.well-known/wherry/release', { headers: here })
    for (const number of [1, 2, 1, 2]) {
      link(running.directory, 'current', number)
      expect(await css()).toBe(number === 1 ? 'one' : 'two')
      expect(await release()).toMatchObject({
        body: JSON.stringify({ number }),
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      })
    }
  })

  test('a name that is not ours gets no answer', async () => {
    await expect(ask(running.port, '/', { headers: { Host: 'evil.example' } })).rejects.toMatchObject({
      code: 'ECONNRESET',
    })
  })

  test('the log holds one JSON object a line, without queries, whatever the client sends', async () => {
    await ask(running.port, '/logged?token=secret', { headers: { ...here, 'User-Agent': '","status":200,"x":"\\' } })
    const log = () => readFileSync(join(running.directory, 'access.log'), 'utf8')
    await until(() => log().includes('"/logged"'))
    const entries = log()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(log()).not.toContain('secret')
    expect(entries.at(-1)).toMatchObject({
      path: '/logged',
      status: 200,
      client: '127.0.0.1',
      method: 'GET',
      host: 'app.example',
      user_agent: '","status":200,"x":"\\',
      app_status: '200',
    })
    expect(Object.keys(entries.at(-1) ?? {})).toEqual([
      'time',
      'request_id',
      'client',
      'method',
      'host',
      'path',
      'protocol',
      'status',
      'bytes',
      'duration',
      'app_status',
      'app_duration',
      'referrer',
      'user_agent',
    ])
  })
})
