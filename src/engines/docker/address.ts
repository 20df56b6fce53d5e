import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { engineUnavailable } from '../errors.ts'

/** Where an engine listens. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | null }
  | { readonly kind: 'ssh'; readonly destination: string; readonly port: string | null; readonly user: string | null }

/** Directory of `ca.pem`, `cert.pem` and `key.pem`, as docker keeps them. */
export interface TlsFiles {
  readonly directory: string
  /** DOCKER_TLS_VERIFY: whether the server must show a certificate of that authority. */
  readonly verify: boolean
}

export interface Found {
  readonly address: Address
  /** What named it: `DOCKER_HOST`, `docker context colima`, or the usual place. */
  readonly from: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Places to try, in docker's own order: DOCKER_HOST, the context in use, the sockets of this machine. One that was named is the only one. */
export function dockerAddresses(env: Environment = process.env): readonly Found[] {
  const tls = tlsOf(env)
  if (env['DOCKER_HOST']) return [{ address: parseAddress(env['DOCKER_HOST'], tls), from: 'DOCKER_HOST' }]
  const context = contextOf(env)
  if (context) return [context]
  const home = homedir()
  const sockets = [
    '/var/run/docker.sock',
    ...(env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'docker.sock')] : []),
    ...['.docker/run/docker.sock', '.colima/default/docker.sock', '.orbstack/run/docker.sock', '.rd/docker.sock'].map(
      path => join(home, path),
    ),
  ]
  return sockets.map(usual)
}

/** As dockerAddresses, for podman: CONTAINER_HOST, the socket of this user, that of the machine. */
export function podmanAddresses(env: Environment = process.env): readonly Found[] {
  const named = env['CONTAINER_HOST']
  if (named) return [{ address: parseAddress(named, null), from: 'CONTAINER_HOST' }]
  const own = env['XDG_RUNTIME_DIR'] ? [join(env['XDG_RUNTIME_DIR'], 'podman/podman.sock')] : []
  const machine = join(homedir(), '.local/share/containers/podman/machine/podman.sock')
  return [...own, '/run/podman/podman.sock', machine].map(usual)
}

/** `unix://…`, `tcp://…`, `ssh://…`, as DOCKER_HOST has them. Throws `engine-unavailable` for anything else. */
export function parseAddress(text: string, tls: TlsFiles | null): Address {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.hostname && (url.protocol === 'tcp:' || url.protocol === 'http:' || url.protocol === 'https:')) {
    const secure = url.protocol === 'https:' && tls === null ? { directory: '', verify: true } : tls
    const port = Number(url.port) || (secure ? 2376 : 2375)
    return { kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port, tls: secure }
  }
  // A destination that begins with a dash would be an option of ssh.
  if (url?.protocol === 'ssh:' && /^[A-Za-z0-9[]/.test(url.hostname))
    return {
      kind: 'ssh',
      destination: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || null,
      user: url.username === '' ? null : decodeURIComponent(url.username),
    }
  throw engineUnavailable({
    what: `${JSON.stringify(text.replace(/\/\/[^@/]*@/, '//…@').slice(0, 200))} is no address of a container engine.`,
    next: 'Set DOCKER_HOST to unix:///path, tcp://host:port or ssh://user@host, or unset it.',
  })
}

function usual(path: string): Found {
  return { address: { kind: 'unix', path }, from: path }
}

function tlsOf(env: Environment): TlsFiles | null {
  const verify = Boolean(env['DOCKER_TLS_VERIFY'])
  if (!verify && !env['DOCKER_CERT_PATH']) return null
  return { directory: env['DOCKER_CERT_PATH'] || join(homedir(), '.docker'), verify }
}

const metaSchema = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() }) }),
})

/** The context docker would use, which its CLI keeps below ~/.docker; null for the default one. Throws `engine-unavailable` for one it lacks. */
function contextOf(env: Environment): Found | null {
  const folder = env['DOCKER_CONFIG'] || join(homedir(), '.docker')
  const current = z.object({ currentContext: z.string().optional() }).safeParse(read(join(folder, 'config.json')))
  const name = env['DOCKER_CONTEXT'] || current.data?.currentContext
  if (!name || name === 'default') return null
  const id = createHash('sha256').update(name).digest('hex')
  const meta = metaSchema.safeParse(read(join(folder, 'contexts/meta', id, 'meta.json')))
  const { Host, SkipTLSVerify } = meta.data?.Endpoints.docker ?? {}
  // As docker does: another engine than the one that was chosen is a wrong guess.
  if (!Host) throw noContext(name, env['DOCKER_CONTEXT'] ? 'DOCKER_CONTEXT' : join(folder, 'config.json'))
  const directory = join(folder, 'contexts/tls', id, 'docker')
  const tls = !existsSync(join(directory, 'ca.pem')) ? null : { directory, verify: SkipTLSVerify !== true }
  return { address: parseAddress(Host, tls), from: `docker context ${name}` }
}

function noContext(name: string, from: string): Error {
  return engineUnavailable({
    what: `There is no docker context ${JSON.stringify(name.slice(0, 100))}.`,
    why: `${from} names it, and nothing says where its engine is`,
    next: 'Choose one of `docker context ls`: docker context use default',
  })
}

/** JSON of a file; null where there is none. */
function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
