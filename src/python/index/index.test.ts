import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCache } from '../../kit/cache.ts'
import type { Distribution } from '../../model/lock.ts'
import { makeAuthorize } from './credentials.ts'
import { fetchDistributions, type FetchProgress } from './fetch.ts'
import { listFiles, parseHtml } from './listing.ts'
import { parseNetrc } from './netrc.ts'
import { readIndexSettings } from './settings.ts'
import { chooseUv, findUv } from './uv.ts'

let root: string
const servers: Server[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'index-'))
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => new Promise(done => server.close(done))))
  await rm(root, { recursive: true })
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

describe('credentials', () => {
  const authorizeWith = async (env: Record<string, string>): Promise<(url: string) => string | null> => {
    const authorize = makeAuthorize(await readIndexSettings({ env, home: root }), env)
    return url => authorize(url)?.reveal() ?? null
  }

  test('come from every place pip and uv read, for that server only', async () => {
    await put(
      '.config/pip/pip.conf',
      '[global]\nindex-url = https://pip:p%40ss@pip.example/simple\nextra-index-url =\n  https://x:1@one.example/\n  https://x:2@two.example/\n',
    )
    await put('.config/uv/uv.toml', '[[index]]\nname = "our-own"\nurl = "https://uv.example:8443/simple"\n')
    await put('.netrc', 'machine netrc.example login n password "a b"\ndefault login d password d\n')
    const ask = await authorizeWith({
      UV_INDEX_OUR_OWN_USERNAME: 'me',
      UV_INDEX_OUR_OWN_PASSWORD: 'secret',
      UV_INDEX: 'named=https://named.example/simple https://plain:pw@plain.example/',
      UV_INDEX_NAMED_PASSWORD: 'token',
      PIP_INDEX_URL: 'https://env:e@pip.example/simple',
    })
    expect(ask('https://pip.example/files/a.whl')).toBe(basic('env:e'))
    expect(ask('https://one.example/a.whl')).toBe(basic('x:1'))
    expect(ask('https://two.example/a.whl')).toBe(basic('x:2'))
    expect(ask('https://uv.example:8443/a.whl')).toBe(basic('me:secret'))
    expect(ask('https://named.example/a.whl')).toBe(basic(':token'))
    expect(ask('https://plain.example/a.whl')).toBe(basic('plain:pw'))
    expect(ask('https://netrc.example/a.whl')).toBe(basic('n:a b'))
    for (const other of [
      'https://uv.example/a.whl',
      'http://pip.example/a.whl',
      'http://netrc.example/a.whl',
      'https://pip.example.evil.example/a.whl',
      'https://other.example/pip.example',
      'no address',
    ])
      expect(ask(other)).toBeNull()
  })

  test('of two indexes on one server, the nearer path counts', async () => {
    const ask = await authorizeWith({
      UV_INDEX: 'https://a:1@h.example/team-a/simple https://b:2@h.example/team-b/simple',
    })
    expect(ask('https://h.example/team-b/files/x.whl')).toBe(basic('b:2'))
    expect(ask('https://h.example/team-a/files/x.whl')).toBe(basic('a:1'))
  })

  test('are never printed', async () => {
    const settings = await readIndexSettings({ env: { PIP_INDEX_URL: 'https://u:hunter2@h.example/' }, home: root })
    const secret = makeAuthorize(settings, {})('https://h.example/x')
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).toBe('[secret] {"secret":"[secret]"}')
  })

  test('broken settings say nothing', async () => {
    await put('.config/uv/uv.toml', '[[index]\nurl =')
    await put('.config/pip/pip.conf', 'index-url\n[global\n= x')
    await mkdir(join(root, '.netrc'))
    const env = { PIP_INDEX_URL: 'file:///etc/passwd', UV_INDEX: 'nonsense' }
    expect(await readIndexSettings({ env, home: root })).toEqual({ indexes: [], netrc: [] })
  })
})

test('netrc: macros, comments, one line or many, and anything else', () => {
  const text =
    '# c\nmacdef x\n machine evil login e password e\n\nmachine A.example login u # c\n  password #p\nmachine b password only\nmachine c login x\n'
  expect(parseNetrc(text)).toEqual([
    { host: 'a.example', user: 'u', password: '#p' },
    { host: 'b', user: '', password: 'only' },
  ])
  fc.assert(fc.property(fc.string(), text => Array.isArray(parseNetrc(text))))
})

describe('fetching', () => {
  const body = Buffer.from('the wheel')
  const wheel = (url: string, more: Partial<Distribution> = {}): Distribution => ({
    name: 'demo',
    version: '1',
    file: 'demo-1-py3-none-any.whl',
    url,
    size: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    ...more,
  })

  test('once, with progress, then from the cache', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked += 1
      response.end(body)
    })
    const cache = openCache(join(root, 'cache'))
    const seen: FetchProgress[] = []
    const options = { cache, authorize: () => null, onProgress: (progress: FetchProgress) => seen.push(progress) }
    const [path = ''] = await fetchDistributions([wheel(`${url}/a.whl`)], options)
    expect(await readFile(path)).toEqual(body)
    expect(seen.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(body.length)
    expect(seen.at(-1)?.done).toBe(true)
    expect(await fetchDistributions([wheel(`${url}/a.whl`)], options)).toEqual([path])
    expect(asked).toBe(1)
  })

  test('other bytes than promised leave nothing behind', async () => {
    const url = await serve((_, response) => response.end('something'))
    const cache = openCache(join(root, 'cache'))
    const bring = fetchDistributions([wheel(url)], { cache, authorize: () => null })
    await expect(bring).rejects.toMatchObject({ code: 'wrong-hash' })
    expect(await cache.find('wheel', wheel(url).sha256)).toBeNull()
  })

  test('at most so many at once', async () => {
    let running = 0
    let most = 0
    const url = await serve((request, response) => {
      running += 1
      most = Math.max(most, running)
      setTimeout(() => {
        running -= 1
        response.end(request.url)
      }, 5)
    })
    const many = Array.from({ length: 9 }, (_, n) => {
      const sha256 = createHash('sha256').update(`/${n}`).digest('hex')
      return wheel(`${url}/${n}`, { sha256, size: null })
    })
    const cache = openCache(join(root, 'cache'))
    expect(await fetchDistributions(many, { cache, authorize: () => null, concurrency: 3 })).toHaveLength(9)
    expect(most).toBeLessThanOrEqual(3)
  })

  test('a password goes to its server and not where that server sends us', async () => {
    const sent: (string | undefined)[] = []
    const other = await serve((request, response) => {
      sent.push(request.headers.authorization)
      response.end(body)
    })
    const own = await serve((request, response) => {
      sent.push(request.headers.authorization)
      response.writeHead(302, { location: `${other}/a.whl` }).end()
    })
    const env = { UV_INDEX: own.replace('//', '//user:pw@') }
    const authorize = makeAuthorize(await readIndexSettings({ env, home: root }), env)
    await fetchDistributions([wheel(`${own}/a.whl`)], { cache: openCache(join(root, 'cache')), authorize })
    expect(sent).toEqual([basic('user:pw'), undefined])
  })

  test.each([
    [401, 'index-refused'],
    [403, 'index-refused'],
    [404, 'distribution-gone'],
  ])('an answer of %i is %s, without the password', async (status, code) => {
    const url = await serve((_, response) => response.writeHead(status).end())
    const address = `${url.replace('//', '//user:hunter2@')}/a.whl`
    const authorize = makeAuthorize({ indexes: [], netrc: [] })
    const error: unknown = await fetchDistributions([wheel(address)], {
      cache: openCache(join(root, 'cache')),
      authorize,
    }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

describe('listing', () => {
  const sha256 = 'a'.repeat(64)

  test('JSON and HTML say the same', async () => {
    const json = {
      files: [
        {
          filename: 'a-1.whl',
          url: '../f/a-1.whl',
          hashes: { sha256 },
          yanked: 'why',
          size: 3,
          'requires-python': '>=3.9',
          'core-metadata': { sha256 },
        },
        null,
        {},
      ],
    }
    const more = `data-yanked="why" data-requires-python="&gt;=3.9" data-core-metadata="sha256=${sha256}"`
    const html = `<!DOCTYPE html><a href="../f/a-1.whl#sha256=${sha256}" ${more}>a-1.whl</a><a>x</a>`
    const url = await serve((request, response) => {
      if (request.url?.includes('none')) response.writeHead(404).end()
      else if (request.url?.startsWith('/html')) response.setHeader('content-type', 'text/html').end(html)
      else response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end(JSON.stringify(json))
    })
    const file = {
      file: 'a-1.whl',
      sha256,
      yanked: true,
      requiresPython: '>=3.9',
      uploaded: null,
      metadata: true,
    }
    expect(await listFiles(`${url}/json`, 'A', () => null)).toEqual([
      { ...file, url: `${url}/json/f/a-1.whl`, size: 3 },
    ])
    expect(await listFiles(`${url}/html/`, 'A', () => null)).toEqual([
      { ...file, url: `${url}/html/f/a-1.whl`, size: null },
    ])
    expect(await listFiles(url, 'none', () => null)).toBeNull()
  })

  test('a quoted > ends no anchor', () => {
    const html = `<a data-requires-python=">=3.9" href='a-1.whl#sha256=${sha256}'>a-1.whl</a><a href="b-1.whl">b</a>`
    expect(parseHtml(html, 'https://h.example/')).toMatchObject([
      { file: 'a-1.whl', sha256, requiresPython: '>=3.9' },
      { file: 'b-1.whl', requiresPython: null },
    ])
  })

  test('any HTML at all is read without harm', () => {
    fc.assert(fc.property(fc.string(), text => Array.isArray(parseHtml(`<a href="${text}">`, 'https://h.example/'))))
    expect(parseHtml(`<a ${'href= '.repeat(200_000)}>`, 'https://h.example/')).toEqual([])
  })
})

describe('uv', () => {
  const file = (version: string, tags: string, yanked = false) => ({
    file: `uv-${version}-py3-none-${tags}.whl`,
    url: 'https://h.example/x',
    sha256: 'a'.repeat(64),
    size: null,
    yanked,
    requiresPython: null,
    uploaded: null,
    metadata: false,
  })
  const linux = 'manylinux_2_17_x86_64.manylinux2014_x86_64'
  const here = { system: 'manylinux', machine: 'x86_64' }

  test('the newest tried one for this machine is chosen', () => {
    const files = [
      file('0.8.2', linux),
      file('0.12.10', linux),
      file('0.12.9', linux),
      file('0.12.11', linux, true),
      file('0.13.0', 'manylinux_2_28_aarch64'),
      file('1.0.0', linux),
      file('0.5.0', linux),
      file('0.13.1', 'win_amd64'),
    ]
    expect(chooseUv(files, here)?.version).toBe('0.12.10')
    expect(chooseUv(files, { system: 'manylinux', machine: 'aarch64' })?.version).toBe('0.13.0')
    expect(chooseUv(files.slice(-2), here)).toBeNull()
  })

  test('the one on the PATH is used when it is recent enough', async () => {
    const install = async (folder: string, version: string): Promise<string> => {
      await put(`${folder}/uv`, `#!/bin/sh\necho "uv ${version} (abc 2026-01-01)"\n`)
      const { chmod } = await import('node:fs/promises')
      await chmod(join(root, folder, 'uv'), 0o755)
      return join(root, folder)
    }
    const PATH = `${await install('old', '0.4.1')}:relative:${await install('new', '0.12.3')}`
    const options = { cache: openCache(join(root, 'cache')), settings: { indexes: [], netrc: [] }, env: { PATH } }
    expect(await findUv(options)).toMatchObject({ path: join(root, 'new', 'uv'), version: '0.12.3' })
  })

  test('an index without it is an error that says so', async () => {
    const url = await serve((_, response) => response.writeHead(404).end())
    const settings = await readIndexSettings({ env: { UV_DEFAULT_INDEX: url }, home: root })
    const find = findUv({ cache: openCache(join(root, 'cache')), settings, env: { PATH: '' } })
    await expect(find).rejects.toMatchObject({ code: 'uv-not-found' })
  })
})
