import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { get } from 'node:http'
import type { Event } from '../../src/model/event.ts'
import { openHost, type Deployed, type DeployRequest, type Host } from '../../src/targets/host/index.ts'
import type { App } from './host-app.ts'
import { freePort } from './nginx-edge.ts'

/** A host of its own for a test: an empty place on this machine, a port, and everything that was reported. */
export interface TestHost extends Host {
  readonly port: number
  readonly events: Omit<Event, 'at'>[]
  readonly release: (app: App, changes?: Partial<DeployRequest>) => Promise<Deployed>
  readonly back: (number?: number) => Promise<Deployed>
  /** Status and body of a page, on a connection of its own. */
  readonly page: (path?: string) => Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>
  /** The version that the app of host-app.ts tells. */
  readonly version: () => Promise<string>
  readonly journal: () => { step: string; phase: string; release: number | null }[]
  readonly options: { readonly report: (event: Omit<Event, 'at'>) => void }
}

const open: TestHost[] = []

/** `place` is where the state lies, instead of a new directory. */
export async function openTestHost(place = mkdtempSync(join(tmpdir(), 'wherry-host-'))): Promise<TestHost> {
  const port = await freePort()
  const events: Omit<Event, 'at'>[] = []
  const report = (event: Omit<Event, 'at'>): void => void events.push(event)
  const host = openHost({ home: join(place, 'app') })
  const page: TestHost['page'] = (path = '/') =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent: false }, response => {
        let body = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }))
      }).on('error', reject)
    })
  const made: TestHost = {
    ...host,
    port,
    events,
    options: { report },
    release: (app, changes = {}) => host.deploy({ ...app, listen: { address: '127.0.0.1', port }, report, ...changes }),
    back: number => host.rollback(number ?? null, { report }),
    page,
    version: async () => (JSON.parse((await page()).body) as { version: string }).version,
    journal: () =>
      readFileSync(join(host.home, 'journal.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { step: string; phase: string; release: number | null }),
  }
  open.push(made)
  return made
}

/** Stops what tests started and removes their places. */
export async function closeTestHosts(): Promise<void> {
  for (const host of open.splice(0)) {
    await host.down(host.options).catch(async () => {
      // One whose state was damaged on purpose: its holder takes with it what it parents.
      const { holder } = await host.status().catch(() => ({ holder: null }))
      if (holder !== null) process.kill(holder, 'SIGKILL')
    })
    rmSync(join(host.home, '..'), { recursive: true, force: true })
  }
}
