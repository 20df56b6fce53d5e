import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A proxy before a real server that breaks what a test says: cuts, lost answers, refusals, delays, changed bytes. */
export interface FaultProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Every request, as `METHOD path`, in order. */
  readonly asked: readonly string[]
  /** Bytes of request bodies, and of answers' bodies, that went through. */
  readonly bytes: { up: number; down: number }
  /** Says what happens to a request; null for nothing. `nth` counts requests of the same method and kind of path. */
  fault: (request: Seen) => Fault | null
  stop(): Promise<void>
}

export interface Seen {
  readonly method: string
  readonly path: string
  readonly size: number
  readonly authorization: string | undefined
  readonly nth: number
}

export type Fault =
  | { readonly cutRequest: number }
  | { readonly cutAnswer: number }
  | { readonly loseAnswer: true; readonly meanwhile?: () => Promise<void> }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly delay: number }
  | { readonly flipByte: number }

export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const [hostname, port] = upstream.split(':')
  const counts = new Map<string, number>()
  const take = (request: IncomingMessage, response: ServerResponse, mayContinue: boolean): void => {
    const { socket } = request
    void serve(request, response, () => socket.destroy(), mayContinue).catch(() => socket.destroy())
  }
  const server = createServer((request, response) => take(request, response, false))
  server.on('checkContinue', (request, response) => take(request, response, true))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const asked: string[] = []
  const proxy: FaultProxy = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    bytes: { up: 0, down: 0 },
    fault: () => null,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }

  const judge = ({ method = '', url = '', headers }: IncomingMessage): Fault | null => {
    const path = url.split('?')[0] ?? ''
    asked.push(`${method} ${path}`)
    const kind = `${method} ${/\/(blobs\/uploads|blobs|manifests|v2)\//.exec(path)?.[1] ?? ''}`
    const nth = (counts.get(kind) ?? 0) + 1
    counts.set(kind, nth)
    const size = Number(headers['content-length'] ?? 0)
    return proxy.fault({ method, path, size, authorization: headers.authorization, nth })
  }

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    cut: () => void,
    mayContinue: boolean,
  ): Promise<void> => {
    const fault = judge(request)
    if (fault && 'delay' in fault) await sleep(fault.delay)
    if (fault && 'status' in fault) {
      response.writeHead(fault.status, { ...fault.headers, connection: 'close' }).end()
      return
    }
    if (mayContinue) response.writeContinue()
    const most = fault && 'cutRequest' in fault ? fault.cutRequest : Infinity
    const { method, url: path } = request
    const { expect: _, ...headers } = request.headers
    const out = ask({ hostname, port, method, path, headers })
    out.on('error', cut)
    const answered = new Promise<IncomingMessage>(resolve => out.on('response', resolve))
    let up = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      proxy.bytes.up += chunk.length
      out.write(up + chunk.length > most ? chunk.subarray(0, Math.max(0, most - up)) : chunk)
      up += chunk.length
      if (up >= most) break
    }
    if (most !== Infinity) {
      cut()
      out.destroy()
      return
    }
    out.end()
    const answer = await answered
    if (fault && 'loseAnswer' in fault) {
      answer.resume()
      await fault.meanwhile?.()
      cut()
      return
    }
    await passBack(answer, response, fault)
  }

  const passBack = async (answer: IncomingMessage, response: ServerResponse, fault: Fault | null): Promise<void> => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    const most = fault && 'cutAnswer' in fault ? fault.cutAnswer : Infinity
    let down = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (fault && 'flipByte' in fault && fault.flipByte >= down && fault.flipByte < down + chunk.length)
        chunk[fault.flipByte - down] = (chunk[fault.flipByte - down] ?? 0) ^ 1
      proxy.bytes.down += chunk.length
      const piece = down + chunk.length > most ? chunk.subarray(0, Math.max(0, most - down)) : chunk
      await new Promise(resolve => response.write(piece, resolve))
      down += chunk.length
      if (down >= most) return void response.socket?.destroy()
    }
    response.end()
  }
  return proxy
}
