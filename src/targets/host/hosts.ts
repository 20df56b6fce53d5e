import type { DeployRequest, ListenAt } from './host.ts'

const variables = /(?:^|_)(?:ALLOWED_HOSTS?|HOSTS?|HOSTNAME|DOMAINS?|SERVER_NAME)$/

/**
 * The names to ask a release for, the likeliest first: where it can be opened from here, then what its own settings allow.
 * A hard-coded ALLOWED_HOSTS refuses `localhost`, and a release that refuses the wrong name is a good one.
 */
export function hostNames(
  { plan, env = {} }: Pick<DeployRequest, 'plan' | 'env'>,
  listen: ListenAt,
  name: string | null = null,
): readonly string[] {
  const allowed = Object.entries({ ...plan.env, ...env })
    .filter(([name]) => variables.test(name.toUpperCase()))
    .flatMap(([, value]) => value.split(/[\s,;|]+/))
    .map(value => value.replace(/^["'[]+|["'\]]+$/g, '').replace(/^https?:\/\//, ''))
    .filter(value => /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?$/.test(value))
  const own = (listen.names ?? []).filter(own => !own.startsWith('*.'))
  return [...new Set([...own, authorityOf(listen, name), ...allowed])].slice(0, 8)
}

/** `localhost:8000`: what stands in the browser when it is opened on this machine, or, with a server’s `name`, from elsewhere. */
export function authorityOf({ address, port }: ListenAt, name: string | null = null): string {
  const isHere = /^(?:127\.|0\.0\.0\.0$|\*$|::1?$)/.test(address)
  const host = bracketed(isHere ? (name ?? 'localhost') : address)
  return port === 80 ? host : `${host}:${port}`
}

/** The address to open, by the first of its own names, on a server by its `name`. `localhost` may mean ::1 first, where nobody listens. */
export function urlOf(listen: ListenAt, name: string | null = null): string {
  const { address, port, tls } = listen
  const scheme = tls ? 'https' : 'http'
  const own = mainName(listen)
  if (own !== null) return port === (tls ? 443 : 80) ? `${scheme}://${own}/` : `${scheme}://${own}:${port}/`
  const isEverywhere = address === '0.0.0.0' || address === '*' || address === '::'
  return `${scheme}://${bracketed(isEverywhere ? (name ?? loopbackOf(address)) : address)}:${port}/`
}

/** The name to ask for where only certain names are answered; null where all are. */
export function mainName({ names = [] }: ListenAt): string | null {
  const [first] = names
  // A wildcard stands for names below it: one of them.
  return first === undefined ? null : first.replace(/^\*\./, 'www.')
}

/** All that must be listened on. */
export function addressesOf({ address, port, tls }: ListenAt): readonly (readonly [string, number])[] {
  return tls && tls.plain !== null
    ? [
        [address, port],
        [address, tls.plain],
      ]
    : [[address, port]]
}

/** Where a program on the host itself finds what listens there. */
export function loopbackOf(address: string): string {
  return address === '0.0.0.0' || address === '*' ? '127.0.0.1' : address === '::' ? '::1' : address
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
