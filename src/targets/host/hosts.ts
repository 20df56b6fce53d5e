import type { DeployRequest, ListenAt } from './host.ts'

const variables = /(?:^|_)(?:ALLOWED_HOSTS?|HOSTS?|HOSTNAME|DOMAINS?|SERVER_NAME)$/

/**
 * The names to ask a release for, the likeliest first: where it can be opened from here, then what its own settings allow.
 * A hard-coded ALLOWED_HOSTS refuses `localhost`, and a release that refuses the wrong name is a good one.
 */
export function hostNames(
  { plan, env = {} }: Pick<DeployRequest, 'plan' | 'env'>,
  listen: ListenAt,
): readonly string[] {
  const allowed = Object.entries({ ...plan.env, ...env })
    .filter(([name]) => variables.test(name.toUpperCase()))
    .flatMap(([, value]) => value.split(/[\s,;|]+/))
    .map(value => value.replace(/^["'[]+|["'\]]+$/g, '').replace(/^https?:\/\//, ''))
    .filter(value => /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?$/.test(value))
  return [...new Set([authorityOf(listen), ...allowed])].slice(0, 8)
}

/** `localhost:8000`: what stands in the browser when it is opened on this machine. */
export function authorityOf({ address, port }: ListenAt): string {
  const isHere = /^(?:127\.|0\.0\.0\.0$|\*$|::1?$)/.test(address)
  const host = isHere ? 'localhost' : address.includes(':') ? `[${address}]` : address
  return port === 80 ? host : `${host}:${port}`
}

/** The address to open, and to verify. `localhost` may mean ::1 first, where nobody listens. */
export function urlOf({ address, port }: ListenAt): string {
  const host = address === '0.0.0.0' || address === '*' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
}
