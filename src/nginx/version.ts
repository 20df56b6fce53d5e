import { unknownNginx } from './errors.ts'

/** What is known of one nginx: the program that will read the configuration decides what may be written. */
export interface Nginx {
  readonly version: Version
  /** The OpenSSL it runs with; null when unknown. */
  readonly openssl: Version | null
  /** Names as `configure` has them, without `--with-`: `http_realip_module`. */
  readonly modules: ReadonlySet<string>
  /** Standard modules left out at build: `http_uwsgi_module`. */
  readonly without: ReadonlySet<string>
}

export type Version = readonly [major: number, minor: number, patch: number]

/** Built into nginx by Debian, Ubuntu, Alpine and nginx.org alike, as their `nginx -V` shows. */
const usual = ['http_ssl_module', 'http_v2_module', 'http_realip_module', 'http_gzip_static_module']

/** Reads what `nginx -V` (or `-v`) prints, on stderr. Error: `unknown-nginx`. */
export function parseNginx(output: string): Nginx {
  const [, version] = /^nginx version: \w+\/(\d+\.\d+\.\d+)/m.exec(output) ?? []
  if (version === undefined) {
    throw unknownNginx({
      what: 'This is not what nginx -V prints.',
      why: output.slice(0, 200),
      next: 'Point to the nginx program.',
    })
  }
  const flags = /^configure arguments:(.*)$/m.exec(output)?.[1]
  if (flags === undefined) return nginxOf(version)
  const [, built, running] =
    /OpenSSL (\d+\.\d+\.\d+)[^(\n]*(?:\(running with OpenSSL (\d+\.\d+\.\d+))?/.exec(output) ?? []
  return {
    version: parseVersion(version),
    openssl: built === undefined ? null : parseVersion(running ?? built),
    modules: new Set(names(flags, 'with')),
    without: new Set(names(flags, 'without')),
  }
}

/** An nginx known only by version (`1.26.3`, or a package's `1.26.3-3+deb13u1`): taken to hold the usual modules. Error: `unknown-nginx`. */
export function nginxOf(version: string): Nginx {
  return { version: parseVersion(version), openssl: null, modules: new Set(usual), without: new Set() }
}

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

export function parseVersion(text: string): Version {
  const [, major, minor, patch] = /^(?:\d+:)?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?![\d.])/.exec(text) ?? []
  if (major === undefined) {
    throw unknownNginx({ what: `${JSON.stringify(text.slice(0, 100))} is not a version.`, next: 'Write it as 1.26.3.' })
  }
  return [Number(major), Number(minor), Number(patch)]
}

function names(flags: string, prefix: string): string[] {
  return [...flags.matchAll(new RegExp(`(?:^|\\s)--${prefix}-([a-z0-9_]+)(?=\\s|$)`, 'g'))].map(match => match[1] ?? '')
}
