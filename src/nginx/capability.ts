import { nginxTooOld } from './errors.ts'
import { compareVersions, parseVersion, type Nginx } from './version.ts'

/** What differs between the versions we write for, and the place that says so. Everything else is common to 1.18 and later. */
const since = {
  /** Connections to the app end at an age: the switch can count on it. CHANGES 1.19.10: "keepalive_time". */
  'upstream-keepalive-time': '1.19.10',
  /** An unknown host can be refused in the TLS handshake. CHANGES 1.19.4. */
  'ssl-reject-handshake': '1.19.4',
  /** `-e` sets the first error log, which is else a path compiled in. CHANGES 1.19.5. */
  'error-log-option': '1.19.5',
  /** `http2 on`; the parameter of `listen` warns from then on. CHANGES 1.25.1. */
  'http2-directive': '1.25.1',
  /** Idle client connections survive a reload for a moment. CHANGES 1.27.4. */
  'keepalive-min-timeout': '1.27.4',
  /** A location adds to the server's headers instead of replacing them. CHANGES 1.29.3. */
  'add-header-inherit': '1.29.3',
} as const

export type Capability = keyof typeof since

/** The oldest nginx we write for: Debian 11's, Ubuntu 20.04's and 22.04's. */
const oldest = parseVersion('1.18.0')

export const capabilities: Readonly<Record<Capability, string>> = since

export function can(nginx: Nginx, capability: Capability): boolean {
  return compareVersions(nginx.version, parseVersion(since[capability])) >= 0
}

/** Built into every nginx unless left out on purpose, as Debian 11's nginx-light does with geo. */
const standard = ['charset', 'geo', 'gzip', 'map', 'proxy', 'rewrite', 'upstream_keepalive'] as const

/** Error: `nginx-too-old`. */
export function requireNginx(nginx: Nginx): void {
  if (compareVersions(nginx.version, oldest) < 0) {
    throw nginxTooOld({
      what: `nginx ${nginx.version.join('.')} is too old for the edge.`,
      next: `Install nginx ${oldest.join('.')} or newer.`,
    })
  }
  const missing = standard.find(name => nginx.without.has(`http_${name}_module`))
  if (missing !== undefined) throw lacks(`http_${missing}_module`, 'The edge cannot be described without it.')
}

/** Error: `nginx-too-old`. */
export function requireModule(nginx: Nginx, module: string, why: string): void {
  if (!nginx.modules.has(module)) throw lacks(module, why)
}

function lacks(module: string, why: string): Error {
  return nginxTooOld({ what: `This nginx is built without ${module}.`, why, next: 'Install an nginx that has it.' })
}
