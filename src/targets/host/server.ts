import { join } from 'node:path'
import { z } from 'zod'
import type { Architecture } from '../../kit/architecture.ts'
import { pathFrom } from '../../kit/user-places.ts'
import type { Report } from '../../model/event.ts'
import { openAgent } from './agent.ts'
import { readCertificate, readPem } from './certificate.ts'
import type { Deployed, DeployRequest, Host } from './host.ts'
import { openHost } from './index.ts'
import { commitOf, marksOf } from './marks.ts'
import { readableName } from './place.ts'
import { tellReach } from './reach.ts'
import { frontOf, serverOf, type HostSettings } from './settings.ts'
import { connect, type ServerLink } from './ssh/transport.ts'

/** A server as a target: connected, with the places of this repository's apps on it. */
export interface ServerTarget {
  readonly name: string
  /** Where people find it. */
  readonly address: string
  /** What images for it are made for; null where none can be. */
  readonly architecture: Architecture | null
  /** What the config gives every release there. */
  readonly env: Readonly<Record<string, string>>
  /** Where nginx listens there, as the config says or as usual, and its certificate. Throws `certificate-unusable`. */
  front(): Promise<Pick<DeployRequest, 'listen' | 'usual' | 'certificate'>>
  /** The commit of the repository, as releases record it. */
  commit(): Promise<string | null>
  /** The apps of this repository that were released there. */
  apps(): Promise<readonly ServerApp[]>
  /**
   * The place of an app. One that another repository has released into is refused (`other-repository`) unless it is adopted; with
   * `change` it is this one's from now on.
   */
  open(app: string, options: { readonly change: boolean; readonly adopt?: boolean }): Promise<Host>
  /** Tells when what serves there is not reached from here. */
  tellReach(deployed: Deployed, report: Report): Promise<void>
  /** Ends the connection; a process that ends anyway need not. */
  close(): void
}

export interface ServerApp {
  readonly name: string
  readonly host: Host
}

export interface NamedSettings {
  readonly name: string
  readonly settings: HostSettings
}

/** Connects. Throws `several-hosts`, `invalid-config` and what `connect` does. */
export async function openServer(
  directory: string,
  { name, settings }: NamedSettings,
  { acceptHostKey }: { readonly acceptHostKey?: string },
): Promise<ServerTarget> {
  const { port = null, identity, env = {} } = settings
  const server = {
    destination: serverOf(name, settings),
    port,
    identity: identity === undefined ? null : pathFrom(directory, identity),
  }
  const [link, marks] = await Promise.all([
    connect(server, { target: name, ...(acceptHostKey === undefined ? {} : { acceptHostKey }) }),
    marksOf(directory),
  ])
  const hostAt = (home: string): Host => openHost({ home, transport: link.transport(home) })
  return {
    name,
    address: link.name,
    architecture: link.architecture,
    env,
    front: () => frontFor(directory, settings),
    commit: () => commitOf(directory),
    async apps() {
      const all = await homesOn(link)
      const own = all.filter(
        ({ target, marks: theirs }) => target === name && theirs.some(mark => marks.includes(mark)),
      )
      return own.map(({ app, home }) => ({ name: app, host: hostAt(home) }))
    },
    async open(app, { change, adopt = false }) {
      const home = join(link.hello.state, `${readableName(app)}-${name}`)
      const agent = openAgent(home, link.transport(home))
      await agent.ask('claim', { app, target: name, marks, change, adopt }, z.object({}))
      return hostAt(home)
    },
    tellReach,
    close: () => link.close(),
  }
}

async function frontFor(directory: string, settings: HostSettings): ReturnType<ServerTarget['front']> {
  const { tls, domains: names = [] } = settings
  const { acme, certificate, key } = tls ?? {}
  const roots = typeof acme === 'object' && acme.roots ? await readPem(directory, acme.roots) : null
  const listen = frontOf(settings, roots)
  return {
    usual: { address: '0.0.0.0', port: 8000 },
    ...(listen ? { listen } : {}),
    ...(certificate && key ? { certificate: await readCertificate(directory, { certificate, key }, { names }) } : {}),
  }
}

const homes = z.object({
  homes: z.array(
    z.object({
      home: z.string().startsWith('/'),
      app: z.string(),
      target: z.string(),
      marks: z.array(z.string()),
    }),
  ),
})

async function homesOn({ call, hello }: ServerLink): Promise<z.infer<typeof homes>['homes']> {
  return homes.parse(await call('homes', { state: hello.state })).homes
}
