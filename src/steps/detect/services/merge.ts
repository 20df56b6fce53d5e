import type { ServiceFact, ServiceKind, ServiceVariable } from '../../../model/project.ts'
import type { Endpoint } from './endpoint.ts'
import type { Told } from './told.ts'

/** All that is said of one kind of service as one: an app has one server of a kind, with several databases and variables. */
export function mergeEndpoints(
  kind: ServiceKind,
  all: readonly Endpoint[],
  hint: (variable: string) => string | null,
): ServiceFact {
  const endpoints = whatCounts(all)
  const variables = new Map<string, ServiceVariable>()
  for (const variable of endpoints.flatMap(variablesOf)) {
    if (!variables.has(variable.name)) variables.set(variable.name, variable)
  }
  const textOf = (told: Told | null): string | null => told?.text || (told?.variable ? hint(told.variable) : null)
  const first = (pick: (endpoint: Endpoint) => Told | null): string | null =>
    endpoints.map(endpoint => textOf(pick(endpoint))).find(text => text !== null && text !== '') ?? null
  const port = endpoints.map(({ port: told }) => Number(textOf(told))).find(number => number > 0 && number < 65_536)
  const databases =
    kind === 'redis' || kind === 'memcached' ? [] : endpoints.flatMap(({ database }) => textOf(database) ?? [])
  return {
    kind,
    hosts: [...new Set(endpoints.flatMap(({ url, host }) => (url || !host || host.variable ? [] : [host.text ?? ''])))],
    port: port ?? null,
    user: first(({ user }) => user),
    password: passwordOf(kind, endpoints),
    databases: [...new Set(databases)],
    variables: [...variables.values()],
    because: endpoints.flatMap(({ because }) => because).slice(0, 6),
  }
}

/** What the app can be told goes before what is written out for a developer's own machine beside it. */
function whatCounts(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const isTold = ({ url, host }: Endpoint): boolean => url !== null || host?.variable != null
  if (!endpoints.some(isTold)) return endpoints
  return endpoints.filter(endpoint => isTold(endpoint) || !/^(?:localhost|127\.|::1|$)/.test(endpoint.host?.text ?? ''))
}

function variablesOf(endpoint: Endpoint): ServiceVariable[] {
  const { kind, url, host, port, user, password, database } = endpoint
  const named = database?.text && /^[\w-]{1,63}$/.test(database.text) ? database.text : null
  const plain = (told: Told | null, says: ServiceVariable['says']): ServiceVariable[] =>
    told?.variable == null ? [] : [{ name: told.variable, says, scheme: null, database: null }]
  const says = url?.isAddress ? 'address' : 'url'
  const scheme = url?.scheme?.replace(/^rediss/, 'redis') ?? null
  const own: ServiceVariable[] = url ? [{ name: url.variable, says, scheme, database: named }] : []
  // Redis counts its databases; without a name the first is meant.
  const inside = kind === 'redis' ? (named ?? '0') : named
  return [
    ...own,
    ...plain(host, 'host'),
    ...plain(port, 'port'),
    ...plain(user, 'user'),
    ...plain(password, 'password'),
    ...plain(database, 'database').map(variable => Object.assign({}, variable, { database: inside })),
  ]
}

/** Null when one can be made, for the app can be told it; else what the source says, '' for none. */
function passwordOf(kind: ServiceKind, endpoints: readonly Endpoint[]): string | null {
  if (kind === 'memcached') return ''
  const written = endpoints.filter(({ url }) => url === null).map(({ password }) => password)
  const literal = written.find(password => password && password.variable === null && password.text)?.text
  if (literal) return literal
  // A client of Redis that is told a host only may leave the password out that another one takes.
  if (kind === 'redis') return written.length === 0 ? null : ''
  return written.length === 0 || written.some(password => password?.variable != null) ? null : ''
}
