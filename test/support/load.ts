import { Agent, request } from 'node:http'

/** Clients that send without pause, and what came of it. */
export interface Load {
  /** Requests answered with 200 so far. */
  readonly answered: () => number
  /** Everything else: other statuses, resets, broken answers. */
  readonly failures: readonly string[]
  /** Lets each client finish its last request. */
  readonly end: () => Promise<void>
}

/** POSTs on kept connections: nginx repeats no POST, so nothing hides a loss. */
export function startLoad(port: number, clients = 32): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const failures: string[] = []
  const ending = new AbortController()
  let answered = 0
  const client = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const outcome = await send(port, { method: 'POST', path: '/', agent, body: 'x' }).catch(reasonOf)
      if (outcome === 200) answered += 1
      else failures.push(String(outcome))
    }
  }
  const running = Array.from({ length: clients }, client)
  return {
    answered: () => answered,
    failures,
    async end() {
      ending.abort()
      await Promise.all(running)
      agent.destroy()
    },
  }
}

/** One long request on a connection of its own: its status, or why there is none. */
export function longRequest(port: number, seconds: number): Promise<number | string> {
  return send(port, { method: 'GET', path: `/slow?${seconds}` }).catch(reasonOf)
}

interface Sending {
  readonly method: string
  readonly path: string
  readonly agent?: Agent
  readonly body?: string
}

function send(port: number, { method, path, agent, body }: Sending): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, ...(agent ? { agent } : {}) }, response => {
      let whole = false
      response.on('end', () => (whole = response.complete))
      response.on('close', () => (whole ? resolve(response.statusCode ?? 0) : reject(new Error('cut off'))))
      response.on('error', reject).resume()
    })
    sent.on('error', reject).end(body)
  })
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}
