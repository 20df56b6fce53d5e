import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP proxy that counts what goes through it, and cuts it off when a test says so. */
export interface CutProxy {
  readonly port: number
  /** Bytes that clients have sent. */
  readonly sent: () => number
  /** Lets clients send so many bytes a second from now on, so that what is on its way is little. */
  readonly slow: (rate: number) => void
  /** Breaks every connection once so many more bytes were sent. */
  readonly cutAfter: (bytes: number) => void
  /** Breaks every connection now. */
  readonly cut: () => void
  readonly stop: () => void
}

export async function startCutProxy(to: number): Promise<CutProxy> {
  const open = new Set<Socket>()
  let [sent, limit, rate] = [0, Infinity, Infinity]
  const cut = (): void => {
    limit = Infinity
    for (const socket of open) socket.resetAndDestroy()
  }
  const server = createServer(client => {
    const upstream = connect(to, '127.0.0.1')
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket)
          other.destroy()
        })
    }
    upstream.pipe(client)
    client.on('data', chunk => {
      sent += chunk.length
      if (sent >= limit) return cut()
      client.pause()
      upstream.write(chunk, () => setTimeout(() => client.resume(), (chunk.length / rate) * 1000))
    })
    client.on('end', () => upstream.end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    slow: given => void (rate = given),
    cutAfter: bytes => void (limit = sent + bytes),
    cut,
    stop: () => {
      cut()
      server.close()
    },
  }
}
