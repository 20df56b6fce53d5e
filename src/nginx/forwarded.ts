import { requireModule } from './capability.ts'
import {
  directive as d,
  pattern,
  reference,
  template,
  text,
  variable as v,
  type Arg,
  type Directive,
} from './directive.ts'
import { map } from './map.ts'
import { number } from './numbers.ts'
import type { Site } from './site.ts'
import type { Nginx } from './version.ts'

/**
 * Who the client is and how it came: the names of the variables that say it. From a trusted proxy its word is taken, from
 * anyone else only what nginx itself saw: every app behind a Unix socket believes these headers (Gunicorn always, Uvicorn
 * with `--forwarded-allow-ips '*'`).
 */
export interface Client {
  readonly address: string
  readonly proto: string
  readonly port: string
  readonly requestId: string
}

export function clientOf(site: Site): Client {
  const address = site.listen.some(listen => 'socket' in listen) ? 'wherry_client' : 'remote_addr'
  if (site.trustedProxies.length === 0)
    return { address, proto: 'scheme', port: 'server_port', requestId: 'request_id' }
  return { address, proto: 'wherry_proto', port: 'wherry_port', requestId: 'wherry_request_id' }
}

/** Defines the variables of `clientOf` that nginx does not have. */
export function defineClient(site: Site, nginx: Nginx): Directive[] {
  const { address } = clientOf(site)
  return [
    // A client on a Unix socket has no address. `unix:` would break a parser; an empty header is not sent.
    ...(address === 'remote_addr'
      ? []
      : [
          map(reference('remote_addr'), address, [
            ['default', reference('remote_addr')],
            ['unix:', text('')],
          ]),
        ]),
    ...(site.trustedProxies.length === 0 ? [] : trustProxies(site, nginx)),
  ]
}

function trustProxies(site: Site, nginx: Nginx): Directive[] {
  requireModule(nginx, 'http_realip_module', 'The client’s address comes from the trusted proxies’ X-Forwarded-For.')
  const networks = site.trustedProxies.filter(proxy => proxy !== 'unix:')
  const overSocket: [Arg, Arg][] = site.trustedProxies.includes('unix:') ? [['unix:', '1']] : []
  const longest = number('longestRequestId')
  return [
    ...site.trustedProxies.map(proxy => d('set_real_ip_from', [proxy])),
    d('real_ip_header', ['X-Forwarded-For']),
    d('real_ip_recursive', ['on']),
    d(
      'geo',
      [reference('realip_remote_addr'), reference('wherry_from_network')],
      [d('default', ['0']), ...networks.map(network => d(network, ['1']))],
    ),
    map(reference('realip_remote_addr'), 'wherry_trusted', [
      ['default', reference('wherry_from_network')],
      ...overSocket,
    ]),
    map(said('proto'), 'wherry_proto', [
      ['default', reference('scheme')],
      [text('1 https'), 'https'],
      [text('1 http'), 'http'],
    ]),
    map(said('proto'), 'wherry_usual_port', [
      ['default', reference('server_port')],
      [text('1 https'), '443'],
      [text('1 http'), '80'],
    ]),
    map(said('port'), 'wherry_port', [
      ['default', reference('wherry_usual_port')],
      [pattern('~^1 [0-9]{1,5}$'), reference('http_x_forwarded_port')],
    ]),
    map(template(v('wherry_trusted'), ' ', v('http_x_request_id')), 'wherry_request_id', [
      ['default', reference('request_id')],
      [pattern(`~^1 [A-Za-z0-9._-]{1,${longest}}$`), reference('http_x_request_id')],
    ]),
  ]
}

function said(fact: 'proto' | 'port'): Arg {
  return template(v('wherry_trusted'), ' ', v(`http_x_forwarded_${fact}`))
}
