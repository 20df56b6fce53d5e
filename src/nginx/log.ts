import { directive as d, pattern, reference, template, text, variable as v, type Directive } from './directive.ts'
import { clientOf } from './forwarded.ts'
import { map } from './map.ts'
import type { Site } from './site.ts'

/** One JSON object a line. The path is logged without its query, where tokens and names travel. */
export function accessLog(site: Site): Directive[] {
  if (site.accessLog === 'off') return [d('access_log', ['off'])]
  const client = clientOf(site)
  const fields: readonly (readonly [name: string, variable: string, kind: 'text' | 'number'])[] = [
    ['time', 'time_iso8601', 'text'],
    ['request_id', client.requestId, 'text'],
    ['client', client.address, 'text'],
    ['method', 'request_method', 'text'],
    ['host', 'host', 'text'],
    ['path', 'wherry_path', 'text'],
    ['protocol', 'server_protocol', 'text'],
    ['status', 'wherry_status', 'number'],
    ['bytes', 'body_bytes_sent', 'number'],
    ['duration', 'request_time', 'number'],
    ['app_status', 'upstream_status', 'text'],
    ['app_duration', 'upstream_response_time', 'text'],
    ['referrer', 'http_referer', 'text'],
    ['user_agent', 'http_user_agent', 'text'],
  ]
  const parts = fields.flatMap(([name, variable, kind], i) => {
    const quote = kind === 'text' ? '"' : ''
    return [`${i === 0 ? '{' : ','}"${name}":${quote}`, v(variable), quote]
  })
  return [
    map(reference('request_uri'), 'wherry_path', [
      [pattern('~^(?<wherry_request_path>[^?]*)'), reference('wherry_request_path')],
    ]),
    // A connection that ended before an answer has the status 000, which is no number in JSON.
    map(reference('status'), 'wherry_status', [
      ['default', reference('status')],
      [pattern('~^0'), 'null'],
    ]),
    d('log_format', ['wherry', 'escape=json', template(...parts, '}')]),
    d('access_log', [text(site.accessLog), 'wherry']),
  ]
}

export function errorLog(site: Site): Directive {
  return d('error_log', [site.errorLog === 'stderr' ? 'stderr' : text(site.errorLog), 'warn'])
}
