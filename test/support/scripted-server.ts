import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that answers what a test says, and remembers what it was asked: for registries that misbehave on purpose. */
export interface ScriptedServer {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly asked: readonly Asked[]
  stop(): Promise<void>
}

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Closes the connection after so many bytes of the body. */
  readonly cutAfter?: number
}

export async function serveScript(script: (asked: Asked) => Reply | Promise<Reply>): Promise<ScriptedServer> {
  const asked: Asked[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') }
    asked.push(one)
    const { status = 200, headers: more = {}, body = '', cutAfter } = await script(one)
    const bytes = Buffer.from(body)
    response.writeHead(status, { 'content-length': bytes.length, ...more })
    if (cutAfter === undefined) return void response.end(method === 'HEAD' ? undefined : bytes)
    // Whoever reads may read it all before the end.
    response.write(bytes.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 20))
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
