import { invalidEdge } from './errors.ts'
import type { Size, Time } from './amount.ts'
import type { Header, UserName } from './header.ts'
import { isHole, type Hole } from './hole.ts'
import type { Hostname } from './hostname.ts'
import type { Address, Cidr, Port } from './network.ts'
import type { DiskPath, SocketPath, UrlPrefix } from './path.ts'

/** Everything the edge of one app is configured with. Paths through `current` are followed at each request: a switch reloads nothing. */
export interface Site {
  readonly listen: readonly Listen[]
  /** Empty: the edge answers to every name. Otherwise a request for any other name is closed without an answer. */
  readonly serverNames: readonly Hostname[]
  readonly tls?: Certificate
  readonly app: App
  readonly statics: readonly Static[]
  /** The largest request body; 0 for any. */
  readonly maxBody: Size
  /** Who may say who the client is and whether it came by https. Everyone else's forwarding headers are overwritten. */
  readonly trustedProxies: readonly (Cidr | 'unix:')[]
  readonly accessLog: DiskPath | 'off'
  readonly errorLog: DiskPath | 'stderr'
  /** Where the pages of `errorPages()` lie. */
  readonly errorPages: DiskPath
  readonly pidFile: DiskPath
  /** nginx writes bodies below it; the directory must exist. */
  readonly tempDirectory: DiskPath
  /** From the cgroup's limit: nginx's own `auto` counts the host's processors. */
  readonly workerProcesses: number | Hole
  /** The account of the workers when nginx starts as root. */
  readonly user?: Account
  readonly headers?: readonly Header[]
  /** The user's own directives for the server, in a file of their own: an unbalanced brace in it cannot leave it. */
  readonly extraFile?: DiskPath
  /** What an ACME server is shown to prove that the names lead here (RFC 8555 §8.3): files named by their token. */
  readonly challenges?: DiskPath
  /** While this file is there, the app's requests are answered with the maintenance page. */
  readonly maintenanceFlag?: DiskPath
  /** `<current>/release.json`: which release answers, without asking the app. */
  readonly releaseFile?: DiskPath
}

export type Listen =
  | { readonly address: Address; readonly port: Port | Hole; readonly tls?: boolean }
  | { readonly socket: SocketPath; readonly tls?: boolean }

/** Both names: nginx would look for a group of the user's name, which Debian's `nobody` has not. */
export interface Account {
  readonly name: UserName
  readonly group: UserName
}

export interface Certificate {
  readonly certificate: DiskPath
  readonly key: DiskPath
}

export interface App {
  /** The socket behind the `current` link. */
  readonly socket: SocketPath | Hole
  /** After this the app itself gives a request up; nginx waits longer, so that the app's own answer or log line is seen. */
  readonly timeout: Time
}

export interface Static {
  readonly url: UrlPrefix
  readonly directory: DiskPath
  /** The previous release's directory: pages still open in browsers ask for its hashed files. */
  readonly fallback?: DiskPath
  /** Which files never change under their name: those named with a hash, all (a bundler's own directory), or none. */
  readonly immutable: 'hashed' | 'all' | 'none'
  /**
   * `per-release`: each release's files carry its time, so nginx's ETag (time and size) tells releases apart. `fixed`: the time
   * is the same in every release, as in a reproducible image; the ETag of a changed file of equal size would not change.
   */
  readonly modified: 'per-release' | 'fixed'
}

/** Refuses what its single values cannot show. Error: `invalid-edge`. */
export function checkSite(site: Site): void {
  if (site.listen.length === 0) throw refuse('The edge listens nowhere.', 'Give an address and a port, or a socket.')
  refuseTwins(site.listen.map(listenKey), 'is listened on')
  refuseTwins(site.serverNames, 'is named')
  refuseTwins(
    site.statics.map(files => files.url),
    'is served from a directory',
  )
  const reserved = site.statics.find(({ url }) => /^\/\.(?:wherry|well-known\/wherry)\//.test(url))
  if (reserved) throw refuse(`${reserved.url} belongs to the edge itself.`, 'Serve the files from another place.')
  if (!site.tls && site.listen.some(listen => listen.tls)) {
    throw refuse('The edge listens with TLS but has no certificate.', 'Give a certificate and its key.')
  }
  if (site.tls && !site.listen.some(listen => listen.tls)) {
    throw refuse('The edge has a certificate but listens nowhere with TLS.', 'Mark one listener as TLS.')
  }
  const workers = site.workerProcesses
  if (!isHole(workers) && (!Number.isInteger(workers) || workers < 1 || workers > 512)) {
    throw refuse(`${workers} is not a number of nginx workers.`, 'Give a number from 1 to 512.')
  }
  if (site.extraFile && /[*?[\]{}]/.test(site.extraFile)) {
    throw refuse(
      `nginx would read ${site.extraFile} as a pattern of names.`,
      'Keep the file of extra directives under a plain name.',
    )
  }
}

export function listenKey(listen: Listen): string {
  if ('socket' in listen) return `unix:${listen.socket}`
  return listen.address.includes(':') ? `[${listen.address}]:${listen.port}` : `${listen.address}:${listen.port}`
}

function refuseTwins(values: readonly string[], predicate: string): void {
  const twin = values.find((value, i) => values.indexOf(value) !== i)
  if (twin !== undefined) throw refuse(`${twin} ${predicate} twice.`, 'Keep one of them.')
}

function refuse(what: string, next: string): Error {
  return invalidEdge({ what, next })
}
