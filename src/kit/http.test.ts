import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { download, get, HttpStatusError } from './http.ts'

let server: Server | undefined
let folder: string | undefined
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener)
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('a temporary failure is tried again, a final one is not', async () => {
  const asked: string[] = []
  const base = await serve((request, response) => {
    asked.push(request.url ?? '')
    const status = request.url === '/gone' ? 404 : asked.length < 3 ? 503 : 200
    response.writeHead(status).end('here')
  })
  expect(Buffer.from((await get(`${base}/a`)).body).toString()).toBe('here')
  expect(asked).toHaveLength(3)
  await expect(get(`${base}/gone`)).rejects.toBeInstanceOf(HttpStatusError)
  expect(asked).toHaveLength(4)
})

test('a stalled answer ends as download-failed, and the error hides the password', async () => {
  const base = await serve((_, response) => void response.writeHead(200).write('half'))
  const withPassword = base.replace('//', '//me:hunter2@')
  const failed = get(withPassword, { stall: 50, attempts: 2 })
  await expect(failed).rejects.toMatchObject({ code: 'download-failed', exit: 75 })
  await failed.catch((error: Error) => expect(JSON.stringify(error)).not.toContain('hunter2'))
})

test('credentials in the address travel as a header', async () => {
  const base = await serve((request, response) => void response.end(request.headers.authorization))
  const answer = await get(base.replace('//', '//me:p%40ss@'))
  expect(Buffer.from(answer.body).toString()).toBe(`Basic ${btoa('me:p@ss')}`)
})

test('a download is verified, and a wrong one leaves nothing', async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-http-'))
  const base = await serve((_, response) => void response.end('wheel'))
  await download(base, join(folder, 'good'), { sha256: sha256('wheel'), size: 5 })
  expect(await readFile(join(folder, 'good'), 'utf8')).toBe('wheel')
  await expect(download(base, join(folder, 'bad'), { sha256: sha256('other') })).rejects.toMatchObject({
    code: 'wrong-hash',
  })
  await expect(download(base, join(folder, 'long'), { sha256: sha256('wheel'), size: 4 })).rejects.toMatchObject({
    code: 'wrong-hash',
  })
  expect(await readdir(folder)).toEqual(['good'])
  let asked = 0
  server?.on('request', () => (asked += 1))
  await expect(download(base, join(folder, 'long'), { sha256: sha256('wheel'), size: 3 })).rejects.toMatchObject({
    code: 'wrong-hash',
  })
  expect(asked).toBe(1)
})

test('a packed file is kept as it lies there, though the server calls its packing an encoding', async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-http-'))
  const packed = gzipSync('sources')
  const base = await serve((request, response) => {
    if (/gzip/.test(String(request.headers['accept-encoding']))) response.setHeader('content-encoding', 'gzip')
    response.end(packed)
  })
  const expected = { sha256: createHash('sha256').update(packed).digest('hex'), size: packed.length }
  await download(base, join(folder, 'sdist.tar.gz'), expected, { attempts: 1 })
  expect(await readFile(join(folder, 'sdist.tar.gz'))).toEqual(packed)
})

test('more bytes than allowed are refused', async () => {
  const base = await serve((_, response) => void response.end('x'.repeat(5000)))
  await expect(get(base, { limit: 100, attempts: 1 })).rejects.toMatchObject({ code: 'download-failed' })
})
