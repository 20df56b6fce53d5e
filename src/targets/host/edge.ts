import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { specOf, type Spec } from '../../engines/sandbox/spec.ts'
import type { StaticPlan } from '../../model/plan.ts'
import * as nginx from '../../nginx/index.ts'
import { layersIn, placesOf, userOf } from './containers.ts'
import { edgeTls, type EdgeTls } from './edge-tls.ts'
import { noEdge } from './errors.ts'
import { addressesOf } from './hosts.ts'
import type { DeployRequest, ListenAt } from './host.ts'
import type { HolderProcess } from './observation.ts'
import type { HostSandbox } from './transport.ts'

/** The nginx in front, as one app on one host wants it: a configuration, and the sandbox it runs in. */
export interface EdgeWish {
  readonly listen: ListenAt
  readonly configuration: string
  /** SHA-256 of the configuration, lower-case hex. */
  readonly digest: string
  readonly pages: Readonly<Record<string, string>>
  /** What only nginx may read, by its file's name. */
  readonly keys: EdgeTls['keys']
  /** The names whose certificate the host fetches by itself; null where it does not. */
  readonly fetched: EdgeTls['fetched']
  readonly specs: Readonly<Record<string, Spec>>
  readonly process: HolderProcess
  /** Checks `nginx.conf.new` in the same sandbox and ends. */
  readonly test: HolderProcess
}

const program = '/usr/sbin/nginx'

/** Paths lead through `current`, so nothing here changes with a release; only other settings or another nginx make another wish. */
export function wishEdge(request: DeployRequest, home: string, listen: ListenAt, sandbox: HostSandbox): EdgeWish {
  const version = nginxOfImage(request)
  const extra = extraOf(request)
  const tls = edgeTls(request, listen)
  const configuration = nginx.writeConfiguration(siteOf(request, { home, listen, sandbox }, { extra, tls }), version)
  const live = nginx.parseDiskPath(join(home, 'edge', 'conf', 'nginx.conf'))
  const sockets = addressesOf(listen)
  const specFor = (argv: readonly [string, ...string[]]): Spec =>
    edgeSpec(request, home, { argv, passed: sockets.length }, sandbox)
  const spec = specFor(nginx.nginxCommand(live, version, { program }))
  const test = specFor(nginx.nginxCommand(`${live}.new` as nginx.DiskPath, version, { program, test: true }))
  const name = `nginx-${hash(JSON.stringify([spec.layers, sockets])).slice(0, 8)}`
  const start = (called: string): HolderProcess => ({
    name: called,
    argv: [...sandbox.argv, join(home, 'edge', `${called}.json`)],
    stop: 'QUIT',
    sockets: sockets.map(([address, port]) => [address, port]),
  })
  return {
    listen,
    configuration,
    digest: hash(configuration),
    pages: {
      ...nginx.errorPages(),
      ...(extra ? { [extra.name]: extra.text } : {}),
    },
    keys: tls?.keys ?? {},
    fetched: tls?.fetched ?? null,
    specs: { [name]: spec, test },
    process: start(name),
    test: start('test'),
  }
}

/** In a file of their own, named by what it holds: the live edge's is another one until the new one is accepted. */
function extraOf({ plan }: DeployRequest): { readonly name: string; readonly text: nginx.ExtraDirectives } | null {
  if (plan.edge.extra === null) return null
  const text = nginx.parseExtra(plan.edge.extra)
  return { name: `extra-${hash(text).slice(0, 16)}.conf`, text }
}

function siteOf(
  { plan, made }: DeployRequest,
  { home, listen, sandbox }: { readonly home: string; readonly listen: ListenAt; readonly sandbox: HostSandbox },
  { extra, tls }: { readonly extra: ReturnType<typeof extraOf>; readonly tls: EdgeTls | null },
): nginx.Site {
  const path = (...parts: string[]): nginx.DiskPath => nginx.parseDiskPath(join(home, ...parts))
  return {
    listen: addressesOf(listen).map(([address, port]) => ({
      address: nginx.parseAddress(address),
      port: nginx.parsePort(port),
      tls: tls !== null && port === listen.port,
    })),
    serverNames: (listen.names ?? []).map(nginx.parseHostname),
    ...(tls ? { tls: { certificate: path('edge/conf', tls.file), key: path('edge/conf', tls.file) } } : {}),
    ...(tls?.fetched ? { challenges: path('edge/conf/challenges') } : {}),
    ...(listen.tls?.hsts ? { headers: [nginx.parseHeader('Strict-Transport-Security', 'max-age=63072000')] } : {}),
    app: {
      socket: nginx.parseSocketPath(join(home, 'public/current/run/app.sock')),
      timeout: nginx.parseTime(`${plan.edge.timeout}s`),
    },
    statics: made.statics.map(({ url }) => ({
      url: nginx.parseUrlPrefix(url),
      directory: path('public/current/static', staticName(url)),
      fallback: path('public/previous/static', staticName(url)),
      immutable: 'hashed',
      modified: 'per-release',
    })),
    maxBody: nginx.parseSize(plan.edge.maxBody),
    trustedProxies: [],
    accessLog: path('logs/edge/access.jsonl'),
    errorLog: 'stderr',
    errorPages: path('edge/conf'),
    pidFile: path('edge/run/nginx.pid'),
    tempDirectory: path('edge/run/temp'),
    workerProcesses: Math.min(sandbox.processors, 4),
    releaseFile: path('public/current/release.json'),
    ...(extra ? { extraFile: path('edge/conf', extra.name) } : {}),
  }
}

/** A directory name that is the same in every release, so that one release's files can be looked for in another's. */
export function staticName(url: StaticPlan['url']): string {
  return url.replaceAll('/', '%')
}

/** Only what it serves and writes is in its reach: no data, no secrets, no other part of the image than nginx and below. */
function edgeSpec(
  { made }: DeployRequest,
  home: string,
  { argv, passed }: { readonly argv: readonly [string, ...string[]]; readonly passed: number },
  sandbox: HostSandbox,
): Spec {
  const mount = (place: string, readonly: boolean) => ({ from: join(home, place), to: join(home, place), readonly })
  return specOf(
    {
      layers: layersIn(made.layers.slice(0, indexOfNginx(made.layers) + 1), sandbox),
      argv,
      // Its listening sockets are its first standard streams; runtime/agent/listeners.py says why.
      env: { PATH: '/usr/sbin:/usr/bin', NGINX: passed === 1 ? '0;' : '0;1;' },
      user: userOf(made.image.config),
      cwd: '/',
      root: 'read-only',
      mounts: [mount('public', true), mount('edge/conf', true), mount('edge/run', false), mount('logs/edge', false)],
      tmpfs: [],
      network: 'host',
      hostname: 'edge',
      memoryLimit: null,
      pidsLimit: null,
    },
    { places: placesOf(sandbox), parent: null },
  )
}

function indexOfNginx(layers: readonly string[]): number {
  const index = layers.findIndex(layer => existsSync(join(layer, program)))
  if (index >= 0) return index
  throw noEdge({
    what: 'The image holds no nginx.',
    why: `${program} is in none of its layers.`,
    next: 'Use the debian base, or add the Debian package nginx.',
  })
}

function nginxOfImage({ made }: DeployRequest): nginx.Nginx {
  const { base } = made.lock
  const packages = [...base.nginx, ...(base.kind === 'image' ? base.held : [])]
  const found = packages.find(({ name }) => name === 'nginx')
  if (found) return nginx.nginxOf(found.version)
  throw noEdge({ what: 'The lock of the image names no nginx.', next: 'Run `wherry update` to resolve it anew.' })
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
