import { can } from './capability.ts'
import {
  comment,
  directive as d,
  reference,
  template,
  text,
  variable as v,
  type Directive,
  type Statement,
} from './directive.ts'
import { clientOf } from './forwarded.ts'
import { longestRequest } from './http.ts'
import { map } from './map.ts'
import { number } from './numbers.ts'
import type { Site } from './site.ts'
import type { Nginx } from './version.ts'

/** Headers with which a client could pose as a proxy, a prefix or another address; an empty value is not sent to the app. */
const cleared = [
  'Proxy', // httpoxy: becomes HTTP_PROXY in CGI-style environments
  'Forwarded',
  'Front-End-Https',
  'X-Forwarded-Prefix', // werkzeug's ProxyFix and Spring-style apps build their own URLs with it
  'X-Forwarded-Protocol', // Gunicorn refuses a request whose scheme headers contradict each other
  'X-Forwarded-Scheme',
  'X-Forwarded-Server',
  'X-Forwarded-Ssl',
  'X-Script-Name',
  'X-Scheme',
  'X-Url-Scheme',
  'X-Original-Url',
  'X-Rewrite-Url',
]

/** Where requests go: the socket behind `current`. */
export function upstream(site: Site, nginx: Nginx): Statement[] {
  const server = d('server', [text(`unix:${site.app.socket}`)])
  if (!can(nginx, 'upstream-keepalive-time')) {
    return [
      comment('This nginx cannot end connections by age: with none kept, a switch loses nothing either.'),
      d('upstream', ['wherry_app'], [server]),
    ]
  }
  return [
    comment(
      'A switch renames a link below; nginx is not reloaded. Connections to the old release end by age, within seconds.',
    ),
    d(
      'upstream',
      ['wherry_app'],
      [
        server,
        d('keepalive', [number('keepaliveConnections')]),
        d('keepalive_requests', [number('keepaliveRequests')]),
        d('keepalive_time', [number('keepaliveTime')]),
        d('keepalive_timeout', [number('keepaliveTimeout')]),
      ],
    ),
  ]
}

/** Only WebSocket may upgrade (h2c would tunnel past every rule here); else an empty Connection, which keeps the connection. */
export function upgradeVariables(nginx: Nginx): Directive[] {
  const otherwise = can(nginx, 'upstream-keepalive-time') ? text('') : 'close'
  return [
    map(reference('http_upgrade'), 'wherry_upgrade', [
      ['default', text('')],
      ['websocket', 'websocket'],
    ]),
    map(reference('wherry_upgrade'), 'wherry_connection', [
      ['default', otherwise],
      ['websocket', 'upgrade'],
    ]),
  ]
}

/** How a request is handed to the app; inherited by every location, none of which may set a request header of its own. */
export function proxySettings(site: Site): Directive[] {
  return [
    d('proxy_http_version', ['1.1']),
    ...requestHeaders(site),
    d('proxy_redirect', ['off']),
    d('proxy_hide_header', ['X-Request-ID']),
    d('proxy_connect_timeout', [number('connect')]),
    d('proxy_send_timeout', [number('send')]),
    d('proxy_read_timeout', [longestRequest(site)]),
    d('proxy_buffering', ['on']),
    d('proxy_buffer_size', [number('answerHeader')]),
    d('proxy_buffers', ['8', number('answerHeader')]),
    d('proxy_busy_buffers_size', [number('answerBusy')]),
    d('proxy_intercept_errors', ['off']),
  ]
}

function requestHeaders(site: Site): Directive[] {
  const client = clientOf(site)
  const set = (name: string, variable: string) => d('proxy_set_header', [name, reference(variable)])
  return [
    set('Host', 'host'),
    set('Upgrade', 'wherry_upgrade'),
    set('Connection', 'wherry_connection'),
    set('X-Forwarded-For', client.address),
    set('X-Forwarded-Host', 'host'),
    set('X-Forwarded-Port', client.port),
    set('X-Forwarded-Proto', client.proto),
    set('X-Real-IP', client.address),
    set('X-Request-ID', client.requestId),
    ...cleared.map(name => d('proxy_set_header', [name, text('')])),
  ]
}

/** The request as the client wrote it, also after an inner redirect. */
export function passToApp(): Directive {
  return d('proxy_pass', [template('http://wherry_app', v('request_uri'))])
}
