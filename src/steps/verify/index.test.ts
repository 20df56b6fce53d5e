import { createHash } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { verify, type VerifyRequest } from './index.ts'

/** Every way in which a site can be wrong is told, by a server that is wrong in that way. */
const servers: Server[] = []
afterEach(() => servers.splice(0).forEach(server => server.close().closeAllConnections()))

const body = Buffer.from('body { color: red }')
const file = { path: '/static/a.css', size: body.length, sha256: createHash('sha256').update(body).digest('hex') }

interface Site {
  readonly release?: unknown
  readonly status?: number
  readonly server?: string
  readonly id?: boolean
  readonly css?: Buffer
  readonly cache?: string
}

function listener({ release, status = 200, server = 'nginx', id = true, css = body, cache }: Site): RequestListener {
  return (message, response) => {
    response.setHeader('Server', server)
    if (id) response.setHeader('X-Request-ID', 'a')
    if (message.url === '/.well-known/wherry/release') {
      return response.end(JSON.stringify(release ?? { release: 3, image: 'sha256:a' }))
    }
    if (message.url === file.path) {
      return response.setHeader('Cache-Control', cache ?? 'public, max-age=31536000, immutable').end(css)
    }
    return response.writeHead(status).end(message.headers.host)
  }
}

async function ask(site: Site, more: Partial<VerifyRequest> = {}): Promise<string[]> {
  const server = createServer(listener(site))
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const wish = { url: `http://127.0.0.1:${port}/`, release: 3, image: 'sha256:a', healthPath: '/up', file, ...more }
  const verdict = await verify(wish)
  const failed = verdict.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`)
  expect(verdict.ok).toBe(failed.length === 0)
  return failed
}

test('a site that is right passes', async () => {
  expect(await ask({})).toEqual([])
})

test.each([200, 204, 301, 302, 400, 401, 403, 404, 429])('an app that answers %i serves', async status => {
  expect(await ask({ status })).toEqual([])
})

test.each([500, 502, 503, 504])('an app that answers %i does not', async status => {
  expect(await ask({ status })).toEqual([`app: /up answers ${status}`])
})

test.each<[string, Site, string]>([
  ['another release', { release: { release: 2, image: 'sha256:a' } }, 'release: release 2 answers instead of 3'],
  ['another image', { release: { release: 3, image: 'sha256:b' } }, 'release: another image answers'],
  ['no request id', { id: false }, 'headers: X-Request-ID is missing'],
  ['a version', { server: 'nginx/1.26.3' }, 'headers: Server tells a version: nginx/1.26.3'],
  ['another file', { css: Buffer.from('body { color: blu }') }, 'static files: /static/a.css has another content'],
  ['a file of the app', { cache: 'no-cache' }, 'static files: /static/a.css is not served by nginx'],
])('%s is told', async (_, site, failure) => {
  expect(await ask(site)).toEqual([failure])
})

test('what is no JSON, or does not answer, fails without an exception', async () => {
  expect(await ask({ release: undefined, status: 200 }, { url: 'http://127.0.0.1:1/' })).toHaveLength(4)
})

test('a site that hangs fails in time', async () => {
  const server = createServer(() => {})
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = `http://127.0.0.1:${port}/`
  const { checks } = await verify({ url, release: 1, image: '', healthPath: '/', file: null, timeout: 100 })
  expect(checks.map(({ detail }) => detail)).toEqual(['no answer in time', 'no answer in time', 'no answer in time'])
})
