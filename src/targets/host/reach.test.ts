import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Deployed } from './host.ts'
import { tellReach } from './reach.ts'

async function told(body: string | null, host = 'localhost'): Promise<string[]> {
  const server = createServer((_, response) => response.end(body))
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  if (body === null) await new Promise(resolve => server.close(resolve))
  const texts: string[] = []
  const release = { number: 3 } as Deployed['release']
  await tellReach({ url: `http://${host}:${port}/`, release }, ({ text }) => texts.push(text))
  server.close()
  return texts
}

test('a release that answers from here needs no word', async () => {
  expect(await told('{"release": 3}')).toEqual([])
})

test('one behind a firewall, and one that another site hides, is told', async () => {
  expect(await told(null)).toEqual([expect.stringMatching(/is not reached from here .*: see that .* port \d+ passes/)])
  for (const body of ['{"release": 2}', 'null', '<html>'])
    expect(await told(body)).toEqual([expect.stringContaining('another site answers')])
})

test('one on the server’s loopback is meant for a proxy there', async () => {
  expect(await told(null, '127.0.0.1')).toEqual([])
})
