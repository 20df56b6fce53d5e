import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { specOf, type Spec } from '../../engines/sandbox/spec.ts'
import type { Container } from '../../engines/engine.ts'
import type { ImageConfig } from '../../model/image.ts'
import type { HolderProcess } from './observation.ts'
import type { DeployRequest } from './host.ts'
import type { ServiceWish } from './services.ts'
import type { HostSandbox } from './transport.ts'

/** What a release's processes run as: the specs of their sandboxes, without the environment only the host knows whole. */

/** Seconds a server has from SIGTERM on: what was to be waited for has been waited for before. */
export const stopGrace = 10

export interface Place {
  readonly home: string
  readonly release: number
}

/** With the services its processes find by name or by socket. */
export interface ReleasePlace extends Place {
  readonly services: readonly ServiceWish[]
}

export function processNames(request: Pick<DeployRequest, 'plan'>): readonly string[] {
  return Object.keys(request.plan.processes).filter(name => name !== 'web' && name !== 'release')
}

/** The socket of a release: the same path inside and outside, so that the kernel shows connections under the one we know. */
export function socketOf({ home, release }: Place): string {
  return join(home, 'public', String(release), 'run', 'app.sock')
}

/** Name → spec of every process of a release. Their `env` holds only what Wherry itself says. */
export function specsOf(request: DeployRequest, place: ReleasePlace, sandbox: HostSandbox): Record<string, Spec> {
  const { plan } = request
  const names = ['web', ...processNames(request), ...(plan.release.command ? ['release'] : [])]
  return Object.fromEntries(names.map(name => [name, specFor(name, request, place, sandbox)]))
}

function specFor(name: string, request: DeployRequest, place: ReleasePlace, sandbox: HostSandbox): Spec {
  const { config } = request.made.image
  const run = join(place.home, 'public', String(place.release), 'run')
  const [program, ...rest] = [...config.entrypoint, name]
  const isWeb = name === 'web'
  const container: Container = {
    layers: layersIn(request.made.layers, sandbox),
    argv: [program, ...rest],
    env: {
      WHERRY_RELEASE: String(place.release),
      ...(isWeb
        ? { WHERRY_SOCKET: socketOf(place), WHERRY_EDGE: 'outside', WHERRY_STOP_TIMEOUT: String(stopGrace) }
        : {}),
    },
    user: userOf(config),
    cwd: config.workingDirectory,
    root: 'read-only',
    mounts: [
      { from: join(place.home, 'data'), to: '/data', readonly: false },
      ...(isWeb ? [{ from: run, to: run, readonly: false }] : []),
      ...place.services.flatMap(wish => socketsOf(wish, place)),
    ],
    tmpfs: [],
    network: 'host',
    hostname:
      request.plan.name
        .replace(/[^A-Za-z0-9-]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 60) || 'app',
    hosts: Object.fromEntries(place.services.flatMap(({ names, address }) => names.map(host => [host, address]))),
    memoryLimit: request.limits?.memory ?? null,
    pidsLimit: request.limits?.pids ?? null,
  }
  return specOf(container, { places: placesOf(sandbox), parent: null })
}

function socketsOf({ bySocket, service }: ServiceWish, { home }: Place): Container['mounts'] {
  if (!bySocket || service.sockets === null) return []
  return [{ from: join(home, 'services', service.kind, 'run'), to: service.sockets, readonly: false }]
}

export function placesOf({ scratch, cache }: HostSandbox): Pick<HostSandbox, 'scratch' | 'cache'> {
  return { scratch, cache }
}

/** Where layers lie on the host. overlayfs takes each as it is; an empty one adds nothing but a lookup. */
export function layersIn(layers: readonly string[], { place }: Pick<HostSandbox, 'place'>): readonly string[] {
  return fullLayers(layers).map(place)
}

/** The layers, as they lie here, that hold anything. */
export function fullLayers(layers: readonly string[]): readonly string[] {
  return layers.filter(layer => readdirSync(layer).length > 0)
}

export function userOf(config: ImageConfig): Container['user'] {
  const [uid = '', gid = uid] = config.user.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** The variables of the image and the plan, which secrets and what a person gives come before. */
export function planEnvironment({ plan, made }: DeployRequest): Record<string, string> {
  return { HOME: '/tmp', ...made.image.config.env, ...plan.env }
}

/** How the holder starts a process of a release. */
export function holderProcess(name: string, place: Place, sandbox: HostSandbox): HolderProcess {
  const directory = join(place.home, 'releases', String(place.release))
  return {
    name,
    argv: [...sandbox.argv, join(directory, `${name}.json`), join(directory, 'reports', name)],
    stop: 'TERM',
  }
}
