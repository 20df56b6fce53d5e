import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request,
  type Agent,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { start } from '../../src/kit/exec.ts'
import * as edge from '../../src/nginx/index.ts'
import type { NginxProgram } from './nginx-programs.ts'
import { siteIn } from './nginx-sites.ts'

/** A real edge in a directory of its own: nginx, releases with their sockets and files, and the link between them. */
export interface Edge {
  readonly directory: string
  readonly port: number
  readonly stop: () => Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-edge-'))
  chmodSync(directory, 0o755)
  for (const name of ['temp', 'errors', 'releases']) mkdirSync(join(directory, name))
  for (const [name, page] of Object.entries(edge.errorPages())) writeFileSync(join(directory, 'errors', name), page)
  return directory
}

/** Starts an app as release `number`: its socket, and files below `static/`. */
export async function startRelease(
  directory: string,
  number: number,
  app: RequestListener,
  files: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const release = join(directory, 'releases', String(number))
  mkdirSync(join(release, 'static'), { recursive: true })
  writeFileSync(join(release, 'release.json'), JSON.stringify({ number }))
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(release, 'static', name)), { recursive: true })
    writeFileSync(join(release, 'static', name), contents)
  }
  const server = createServer({ keepAliveTimeout: 75_000 }, app)
  const path = join(release, 'app.sock')
  await new Promise<void>(resolve => server.listen({ path, backlog: 2048 }, resolve))
  chmodSync(path, 0o777)
  return server
}

/** One rename, as on a host. */
export function link(directory: string, name: 'current' | 'previous', number: number): void {
  symlinkSync(`releases/${number}`, join(directory, `${name}.new`))
  renameSync(join(directory, `${name}.new`), join(directory, name))
}

/** Listens on a free port, or as `changes` say, with `listening` as the port that shows it is up. */
export async function startEdge(
  { argv, nginx }: NginxProgram,
  directory: string,
  changes: Partial<edge.Site> = {},
  ids: { readonly uid?: number; readonly gid?: number } = {},
  listening?: number,
): Promise<Edge> {
  const port = listening ?? (await freePort())
  const site = siteIn(directory, {
    listen: [{ address: edge.parseAddress('127.0.0.1'), port: edge.parsePort(port) }],
    ...changes,
  })
  const file = edge.parseDiskPath(join(directory, 'nginx.conf'))
  writeFileSync(file, edge.writeConfiguration(site, nginx))
  const [, ...args] = edge.nginxCommand(file, nginx)
  const child = start([...argv, ...args], { stdio: ['ignore', 'ignore', 'pipe'], ...ids })
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (log += chunk))
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${log}`)
    return canConnect(port)
  })
  return { directory, port, stop }
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, agent }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, ...(agent ? { agent } : {}) }
    const sent = request(options, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Waits for a condition; the test's own timeout is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 20))
}

/** An app that says what it was asked. */
export const mirror: RequestListener = (message, response) => {
  const answer = { method: message.method, url: message.url, headers: message.headers }
  message.resume().on('end', () => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(answer))
  })
}

export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createSocketServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

async function canConnect(port: number): Promise<boolean> {
  return ask(port, '/', { headers: { Host: 'readiness.invalid' } }).then(
    () => true,
    error => (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED',
  )
}
