import type { ServicePlan } from '../model/plan.ts'
import type { ServiceKind, ServiceVariable } from '../model/project.ts'
import { services } from './index.ts'
import type { Access, Hole, Template } from './service.ts'

/** How an app is told where a service is: a value for each variable it reads, in the words of its own library. */

export interface Place {
  readonly address: string
  readonly port: number
  readonly access: Access
}

/** The name of the variable → its value, as a template because of the password in it. */
export function tell(
  { kind, variables }: Pick<ServicePlan, 'kind' | 'variables'>,
  place: Place,
): Record<string, Template> {
  return Object.fromEntries(variables.map(variable => [variable.name, valueOf(variable, kind, place)]))
}

/** Values of the same form that lead nowhere: what code of the app needs to be imported at all where no service runs. */
export function tellNothing(plans: readonly Pick<ServicePlan, 'kind' | 'variables'>[]): Record<string, string> {
  const access: Access = { user: 'app', password: { text: 'thrown-away' }, databases: ['app'] }
  const told = plans.map(plan => tell(plan, { address: '127.0.0.1', port: services[plan.kind].port, access }))
  return Object.fromEntries(
    told.flatMap(values => Object.entries(values)).map(([name, template]) => [name, template.filter(isText).join('')]),
  )
}

function isText(part: string | Hole): part is string {
  return typeof part === 'string'
}

function valueOf({ says, scheme, database }: ServiceVariable, kind: ServiceKind, place: Place): Template {
  const { address, port, access } = place
  const named = database ?? access.databases[0] ?? ''
  const values: Readonly<Record<ServiceVariable['says'], () => Template>> = {
    url: () => urlOf(scheme ?? schemes[kind], { ...place, kind, database: named }),
    address: () => [`${address}:${port}`],
    host: () => [address],
    port: () => [String(port)],
    // Without a password, a client of Redis that names a user is turned away.
    user: () => [kind === 'redis' ? '' : access.user],
    password: () => [passwordOf(access, 'plain')],
    database: () => [named],
  }
  return values[says]()
}

const schemes: Readonly<Record<ServiceKind, string>> = {
  memcached: 'memcached',
  mysql: 'mysql',
  postgres: 'postgresql',
  redis: 'redis',
}

/** RFC 3986: what is no word of its own in a part of a URL is percent-encoded. */
function urlOf(
  scheme: string,
  { kind, address, port, access, database }: Place & { readonly kind: ServiceKind; readonly database: string },
): Template {
  const at = `${address}:${port}`
  if (kind === 'memcached') return [`${scheme}://${at}`]
  const secret = passwordOf(access, 'url')
  const path = database === '' ? '' : `/${encodeURIComponent(database)}`
  if (kind === 'redis') return secret === '' ? [`${scheme}://${at}${path}`] : [`${scheme}://:`, secret, `@${at}${path}`]
  const user = encodeURIComponent(access.user)
  return secret === '' ? [`${scheme}://${user}@${at}${path}`] : [`${scheme}://${user}:`, secret, `@${at}${path}`]
}

function passwordOf({ password }: Access, as: 'url' | 'plain'): string | Hole {
  if (password === null) return ''
  if ('secret' in password) return { secret: password.secret, as }
  return as === 'url' ? encodeURIComponent(password.text) : password.text
}
