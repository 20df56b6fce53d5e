import { can } from './capability.ts'
import {
  directive as d,
  reference,
  template,
  text,
  variable as v,
  type Arg,
  type Directive,
  type Template,
} from './directive.ts'
import { clientOf } from './forwarded.ts'
import { map } from './map.ts'
import type { Header } from './header.ts'
import type { Site } from './site.ts'
import type { Nginx } from './version.ts'

/** For each header of the site a variable that is empty where the app sends its own: the app knows better, and two would contradict. */
export function headerVariables(site: Site): Directive[] {
  const headers = site.headers ?? []
  const dollar = headers.some(({ value }) => value.includes('$'))
  return [
    // nginx has no escape for $; a variable that holds one is the way to write it.
    ...(dollar ? [d('geo', [reference('wherry_dollar')], [d('default', [{ kind: 'pattern', source: '$' }])])] : []),
    ...headers.map((header, i) =>
      map(reference(`upstream_http_${header.name.toLowerCase().replaceAll('-', '_')}`), `wherry_header_${i}`, [
        ['default', text('')],
        [text(''), headerValue(header)],
      ]),
    ),
  ]
}

/** What every answer of the server carries. */
export function commonHeaders(site: Site): Directive[] {
  return [
    d('add_header', ['X-Request-ID', reference(clientOf(site).requestId), 'always']),
    ...(site.headers ?? []).map(({ name }, i) =>
      d('add_header', [text(name), reference(`wherry_header_${i}`), 'always']),
    ),
  ]
}

/** Headers of one location. Up to 1.29.2 any of its own hides the server's, so they are repeated. */
export function ownHeaders(
  site: Site,
  nginx: Nginx,
  own: readonly (readonly [name: string, value: Arg, always?: 'always'])[],
): Directive[] {
  const added = own.map(([name, value, always]) => d('add_header', [name, value, ...(always ? [always] : [])]))
  return can(nginx, 'add-header-inherit')
    ? [d('add_header_inherit', ['merge']), ...added]
    : [...commonHeaders(site), ...added]
}

function headerValue({ value }: Header): Template {
  const parts = value.split('$').flatMap((part, i) => (i === 0 ? [part] : [v('wherry_dollar'), part]))
  return template(...parts.filter(part => part !== ''))
}
