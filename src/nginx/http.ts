import { writeSize, writeTime } from './amount.ts'
import { can } from './capability.ts'
import { comment, directive as d, text, type Directive, type Statement } from './directive.ts'
import { compressible, mediaTypes } from './media-types.ts'
import { number } from './numbers.ts'
import type { Site } from './site.ts'
import type { Nginx } from './version.ts'

/** What holds for every request, whoever answers it. */
export function httpSettings(site: Site, nginx: Nginx): Statement[] {
  return [...files(), ...temporaryFiles(site, nginx), ...clients(site, nginx), ...compression()]
}

function files(): Statement[] {
  const types = Object.entries(mediaTypes).map(([type, extensions]) => d(type, extensions.split(' ')))
  return [
    d('types', [], types),
    d('default_type', ['application/octet-stream']),
    d('types_hash_max_size', [number('hashSize')]),
    d('server_names_hash_max_size', [number('hashSize')]),
    d('server_names_hash_bucket_size', [number('nameBucket')]),
    d('sendfile', ['on']),
    d('tcp_nopush', ['on']),
    d('server_tokens', ['off']),
    d('log_not_found', ['off']),
    comment('Off: the cache is keyed by path, and a switch changes what a path means.'),
    d('open_file_cache', ['off']),
  ]
}

/** nginx makes all five at start, used or not; the compiled-in places are not writable for a normal user. */
function temporaryFiles(site: Site, nginx: Nginx): Directive[] {
  const ways = [
    ['client_body', null],
    ['proxy', 'http_proxy_module'],
    ['fastcgi', 'http_fastcgi_module'],
    ['scgi', 'http_scgi_module'],
    ['uwsgi', 'http_uwsgi_module'],
  ] as const
  return ways
    .filter(([, module]) => module === null || !nginx.without.has(module))
    .map(([name]) => d(`${name}_temp_path`, [text(`${site.tempDirectory}/${name}`)]))
}

function clients(site: Site, nginx: Nginx): Directive[] {
  const keepalive = site.trustedProxies.length > 0 ? 'clientKeepaliveBehindProxy' : 'clientKeepalive'
  return [
    d('client_max_body_size', [writeSize(site.maxBody)]),
    d('client_body_buffer_size', [number('bodyBuffer')]),
    d('large_client_header_buffers', ['4', number('headerBuffers')]),
    d('client_header_timeout', [number('clientHeader')]),
    d('client_body_timeout', [number('clientBody')]),
    d('send_timeout', [number('clientSend')]),
    d('reset_timedout_connection', ['on']),
    d('keepalive_timeout', [number(keepalive)]),
    d('keepalive_requests', [number('clientKeepaliveRequests')]),
    ...(can(nginx, 'keepalive-min-timeout') ? [d('keepalive_min_timeout', [number('keepaliveMin')])] : []),
  ]
}

function compression(): Directive[] {
  return [
    d('gzip', ['on']),
    d('gzip_vary', ['on']),
    d('gzip_proxied', ['any']),
    d('gzip_comp_level', [number('gzipLevel')]),
    d('gzip_min_length', [number('gzipMinimum')]),
    d('gzip_types', compressible),
  ]
}

/** The longest a request may take: what nginx waits for the app. */
export function longestRequest(site: Site): string {
  return writeTime(site.app.timeout + Number.parseInt(number('readMargin'), 10) * 1000)
}
