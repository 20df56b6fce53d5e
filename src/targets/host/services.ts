import { createHash } from 'node:crypto'
import type { Plan, ServicePlan } from '../../model/plan.ts'
import type { ServiceVariable } from '../../model/project.ts'
import { services } from '../../services/index.ts'
import { locates } from '../../services/locates.ts'
import type { Access, Service } from '../../services/service.ts'
import type { DeployRequest } from './host.ts'
import type { Observation } from './observation.ts'
import { noServicePort } from './service-errors.ts'

/** The services an app asks for, as they shall run on one host: those that nobody gave it an own one for. */
export interface ServiceWish {
  readonly service: Service
  readonly plan: ServicePlan
  readonly address: string
  readonly port: number
  /** True when the app is told the port, so that any will do. */
  readonly anyPort: boolean
  readonly access: Access
  /** Host names that lead the app there. */
  readonly names: readonly string[]
  /** True when the app looks for its Unix socket. */
  readonly bySocket: boolean
  /** Hash of all of it. */
  readonly digest: string
}

interface Request extends Pick<DeployRequest, 'env'> {
  readonly plan: Pick<Plan, 'name' | 'env' | 'services'>
}

/** This machine, as source has it written out; '' is the Unix socket, which libmysqlclient also takes `localhost` for. */
const here = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::1'])

export function wishServices(
  request: Request,
  seen: Pick<Observation, 'secrets'>,
  home: string,
): readonly ServiceWish[] {
  const own = ownValues(request, seen)
  return request.plan.services.flatMap(found => {
    const plan = withoutOwn(found, own)
    return plan === null ? [] : [wishFor(plan, request, own, home)]
  })
}

type Own = ReadonlyMap<string, Access['password']>

/** What the environment says already: given, in the config, or set as a secret, whose value stays on the host. */
function ownValues({ plan, env = {} }: Request, { secrets }: Pick<Observation, 'secrets'>): Own {
  const texts = Object.entries({ ...plan.env, ...env }).map(([name, text]) => [name, { text }] as const)
  return new Map<string, Access['password']>([
    ...secrets.names.map(name => [name, { secret: name }] as const),
    ...texts,
  ])
}

/** One place of an own database is given: it is where the app’s data are. Of caches and brokers an app may have several. */
function withoutOwn(plan: ServicePlan, own: Own): ServicePlan | null {
  const given = plan.variables.filter(variable => locates(variable) && own.has(variable.name))
  if (given.length === 0) return plan
  if (plan.kind === 'postgres' || plan.kind === 'mysql') return null
  const variables = plan.variables.filter(variable => !given.includes(variable))
  return variables.some(locates) || plan.hosts.length > 0 ? { ...plan, variables } : null
}

function wishFor(plan: ServicePlan, request: Request, own: Own, home: string): ServiceWish {
  const service = services[plan.kind]
  const isHere = plan.hosts.some(host => here.has(host))
  const given = (says: ServiceVariable['says']): Access['password'] | undefined =>
    plan.variables.filter(variable => variable.says === says).flatMap(({ name }) => own.get(name) ?? [])[0]
  const textOf = (says: ServiceVariable['says']): string | undefined => {
    const value = given(says)
    return value && 'text' in value ? value.text : undefined
  }
  const databases = [textOf('database') ?? [], plan.databases].flat()
  const wish = {
    plan: { ...plan, variables: plan.variables.filter(({ name }) => !own.has(name)) },
    address: isHere ? '127.0.0.1' : (plan.hosts.find(host => host.startsWith('127.')) ?? loopbackOf(home)),
    port: givenPort(plan, own) ?? plan.port ?? service.port,
    anyPort: plan.hosts.length === 0 && textOf('port') === undefined && tellsPort(plan),
    access: {
      user: textOf('user') ?? plan.user ?? 'app',
      password: service.password ? (given('password') ?? passwordOf(plan)) : null,
      databases: databases.length > 0 || plan.kind === 'redis' ? databases : [request.plan.name.replaceAll('-', '_')],
    },
    names: plan.hosts.filter(host => host !== '' && !here.has(host) && !/^[\d.]+$|:/.test(host)),
    bySocket: service.sockets !== null && plan.hosts.some(host => host === '' || host === 'localhost'),
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([plan.kind, wish]))
    .digest('hex')
  return { service, ...wish, digest }
}

/** The port that the environment gives for it; null where it gives none. Throws `no-service-port`. */
function givenPort({ kind, variables }: ServicePlan, own: Own): number | null {
  for (const { name, says } of variables) {
    const value = says === 'port' ? own.get(name) : undefined
    if (!value || !('text' in value)) continue
    const port = Number(value.text)
    if (/^\d{1,5}$/.test(value.text) && port >= 1 && port <= 65_535) return port
    throw noServicePort({
      what: `${name} is to say the port of ${services[kind].title}, and ${JSON.stringify(value.text.slice(0, 40))} is none.`,
      next: `Give a number from 1 to 65535, or leave ${name} out: --env ${name}=${services[kind].port}`,
    })
  }
  return null
}

function tellsPort({ variables }: ServicePlan): boolean {
  const says = new Set(variables.map(variable => variable.says))
  return !says.has('host') || says.has('port')
}

function passwordOf({ kind, password }: ServicePlan): Access['password'] {
  if (password === null) return { secret: `WHERRY_${kind.toUpperCase()}_PASSWORD` }
  return password === '' ? null : { text: password }
}

/**
 * An address of this app alone: all of 127/8 is this machine (RFC 1122, 3.2.1.3), so that two apps, and the machine’s own database, do not
 * meet on a service’s usual port.
 */
function loopbackOf(home: string): string {
  const bytes = createHash('sha256').update(home).digest()
  return `127.${[0, 1, 2].map(i => 1 + (bytes[i]! % 254)).join('.')}`
}
