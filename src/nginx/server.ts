import { can } from './capability.ts'
import {
  comment,
  directive as d,
  reference,
  template,
  text,
  variable as v,
  type Arg,
  type Directive,
  type Statement,
} from './directive.ts'
import { failures } from './error-pages.ts'
import { map } from './map.ts'
import { number } from './numbers.ts'
import { passToApp } from './proxy.ts'
import { commonHeaders, ownHeaders } from './response-headers.ts'
import { listenKey, type Listen, type Site } from './site.ts'
import { staticLocations } from './statics.ts'
import type { Nginx } from './version.ts'

/** nginx's own way to tell maintenance from another 503; the client sees 503. */
const maintenanceStatus = '599'

export function serverVariables(): Directive[] {
  return [
    map(reference('http_accept'), 'wherry_error_kind', [
      ['default', 'html'],
      [{ kind: 'pattern', source: '~*application/json' }, 'json'],
    ]),
  ]
}

export function servers(site: Site, nginx: Nginx): Statement[] {
  const named = site.serverNames.length > 0
  const listens = site.tls ? site.listen.filter(listen => listen.tls) : site.listen
  const plain = site.listen.filter(listen => !listens.includes(listen))
  const names: readonly Arg[] = named ? site.serverNames : ['_']
  return [
    ...(named
      ? [comment('Requests for names that are not ours: closed without an answer.'), stranger(site.listen, nginx, site)]
      : []),
    ...(plain.length > 0 ? [redirect(plain, names, !named, site)] : []),
    d(
      'server',
      [],
      [
        ...listens.map(listen => listenOn(listen, nginx, !named)),
        ...http2(listens, nginx),
        d('server_name', names),
        ...commonHeaders(site),
        ...(plain.length === 0 ? challenges(site) : []),
        ...pages(site, nginx),
        ...releaseFile(site, nginx),
        ...staticLocations(site, nginx),
        ...appLocations(site),
        ...(site.extraFile ? [comment('The app’s own directives.'), d('include', [text(site.extraFile)])] : []),
      ],
    ),
  ]
}

function listenOn(listen: Listen, nginx: Nginx, isDefault: boolean): Directive {
  const options = [
    ...(listen.tls ? ['ssl'] : []),
    ...(listen.tls && !can(nginx, 'http2-directive') && nginx.modules.has('http_v2_module') ? ['http2'] : []),
    // Options of the socket may be given once for each address: where it is the default.
    ...(isDefault ? ['default_server', `backlog=${number('backlog')}`] : []),
  ]
  return d('listen', [text(listenKey(listen)), ...options])
}

function http2(listens: readonly Listen[], nginx: Nginx): Directive[] {
  const spoken =
    listens.some(listen => listen.tls) && can(nginx, 'http2-directive') && nginx.modules.has('http_v2_module')
  return spoken ? [d('http2', ['on'])] : []
}

function stranger(listens: readonly Listen[], nginx: Nginx, site: Site): Directive {
  const refuse = site.tls && can(nginx, 'ssl-reject-handshake') ? [d('ssl_reject_handshake', ['on'])] : []
  return d(
    'server',
    [],
    [...listens.map(listen => listenOn(listen, nginx, true)), d('server_name', ['_']), ...refuse, d('return', ['444'])],
  )
}

function redirect(listens: readonly Listen[], names: readonly Arg[], isDefault: boolean, site: Site): Directive {
  const port = site.listen.find(listen => listen.tls && 'port' in listen)
  const suffix = port && 'port' in port && port.port !== 443 ? `:${port.port}` : ''
  return d(
    'server',
    [],
    [
      ...listens.map(listen =>
        d('listen', [
          text(listenKey(listen)),
          ...(isDefault ? ['default_server', `backlog=${number('backlog')}`] : []),
        ]),
      ),
      d('server_name', names),
      ...challenges(site),
      // 308 keeps the method: a POST to the plain address is not turned into a GET.
      d('location', ['/'], [d('return', ['308', template('https://', v('host'), suffix, v('request_uri'))])]),
    ],
  )
}

/** Proofs are asked for without TLS, on port 80. */
function challenges({ challenges: directory }: Site): Directive[] {
  if (!directory) return []
  return [
    d(
      'location',
      ['^~', '/.well-known/acme-challenge/'],
      [d('alias', [text(`${directory}/`)]), d('default_type', ['text/plain'])],
    ),
  ]
}

function pages(site: Site, nginx: Nginx): Statement[] {
  const page = (place: string, name: string) => template(`${place}${name}.`, v('wherry_error_kind'))
  const unplanned = failures.filter(failure => failure.name !== 'maintenance')
  const at = (place: string, seconds: string) =>
    d(
      'location',
      ['^~', place],
      [
        d('internal'),
        d('alias', [text(`${site.errorPages}/`)]),
        ...ownHeaders(site, nginx, [
          ['Cache-Control', 'no-store', 'always'],
          ['Retry-After', seconds, 'always'],
          ['Vary', 'Accept', 'always'],
        ]),
      ],
    )
  return [
    ...unplanned.map(({ status, name }) => d('error_page', [String(status), page('/.wherry/errors/', name)])),
    ...(site.maintenanceFlag
      ? [d('error_page', [maintenanceStatus, '=503', page('/.wherry/maintenance/', 'maintenance')])]
      : []),
    at('/.wherry/errors/', number('retryAfter')),
    ...(site.maintenanceFlag ? [at('/.wherry/maintenance/', number('retryAfterMaintenance'))] : []),
  ]
}

function releaseFile(site: Site, nginx: Nginx): Directive[] {
  if (!site.releaseFile) return []
  return [
    d(
      'location',
      ['=', '/.well-known/wherry/release'],
      [
        d('alias', [text(site.releaseFile)]),
        d('default_type', ['application/json']),
        d('etag', ['off']),
        d('if_modified_since', ['off']),
        ...ownHeaders(site, nginx, [['Cache-Control', 'no-store', 'always']]),
      ],
    ),
  ]
}

function appLocations(site: Site): Directive[] {
  const toApp = [...maintenance(site), passToApp()]
  const everywhere = site.statics.some(files => files.url === '/')
  return [
    ...(everywhere ? [] : [d('location', ['/'], toApp)]),
    ...(site.statics.length > 0 ? [d('location', ['@wherry_app'], toApp)] : []),
  ]
}

/** `return` is the one thing that is safe in an `if` of nginx. */
function maintenance(site: Site): Directive[] {
  if (!site.maintenanceFlag) return []
  return [d('if', ['(-f', text(site.maintenanceFlag), ')'], [d('return', [maintenanceStatus])])]
}
