import { afterEach, expect, test } from 'vitest'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exchange, readAll, type Body } from './exchange.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener, onContinue?: RequestListener): Promise<URL> {
  const server = createServer(listener)
  servers.push(server)
  if (onContinue) server.on('checkContinue', onContinue)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

function body(size: number, sent: { bytes: number } = { bytes: 0 }): Body {
  return {
    size,
    async *open() {
      for (let left = size; left > 0; left -= 100_000) {
        sent.bytes += Math.min(left, 100_000)
        yield Buffer.alloc(Math.min(left, 100_000), 'x')
      }
    },
  }
}

test('a large body is sent once there is leave, whole', async () => {
  let size = 0
  const url = await serve((request, response) => {
    request.on('data', (chunk: Buffer) => (size += chunk.length))
    request.on('end', () => response.writeHead(201).end('stored'))
  })
  const answer = await exchange({ method: 'PUT', url, body: body(3_000_000) })
  expect([answer.status, size, Buffer.from(await readAll(answer, 100)).toString()]).toEqual([201, 3_000_000, 'stored'])
})

test('a refusal by the headers alone is heard, and the body stays here', async () => {
  const refuse: RequestListener = (_, response) => response.writeHead(413).end('too large')
  const url = await serve(refuse, refuse)
  const sent = { bytes: 0 }
  const answer = await exchange({ method: 'PUT', url, body: body(50_000_000, sent) })
  expect([answer.status, sent.bytes]).toEqual([413, 0])
  expect(Buffer.from(await readAll(answer, 100)).toString()).toBe('too large')
})

test('a server that does not know the question gets the body all the same', async () => {
  const url = await serve(
    (request, response) => request.resume().on('end', () => response.writeHead(201).end()),
    (_, response) => response.writeHead(417).end(),
  )
  expect((await exchange({ method: 'PUT', url, body: body(1_000_000) })).status).toBe(201)
})

test('a body that fails, an answer that stalls and one that never ends are errors', async () => {
  const url = await serve((request, response) => {
    if (request.method === 'GET') response.writeHead(200).end('x'.repeat(1000))
    else request.resume()
  })
  const failing: Body = {
    size: 10,
    async *open() {
      yield Buffer.from('x')
      throw new Error('the file is gone')
    },
  }
  await expect(exchange({ method: 'PUT', url, body: failing })).rejects.toThrow('the file is gone')
  await expect(exchange({ method: 'POST', url, stall: 200 })).rejects.toThrow('no byte for 0.2 s')
  await expect(readAll(await exchange({ method: 'GET', url }), 999)).rejects.toThrow('more than 999 bytes')
})

test('what is discarded short leaves its connection for the next', async () => {
  const url = await serve((_, response) => response.writeHead(404, { 'content-length': 4 }).end('none'))
  let connections = 0
  servers.at(-1)?.on('connection', () => (connections += 1))
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET'] as const) {
    ;(await exchange({ method, url })).discard()
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  expect(connections).toBe(1)
})
