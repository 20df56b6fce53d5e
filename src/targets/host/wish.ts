import { createHash } from 'node:crypto'
import type { Agent } from './agent.ts'
import { processNames } from './containers.ts'
import type { DeployRequest, ListenAt } from './host.ts'
import type { ServiceWish } from './services.ts'
import { recordOf, type Observation, type ReleaseRecord } from './observation.ts'
import { hasSecrets } from './operations/secrets.ts'

const everywhere: ListenAt = { address: '127.0.0.1', port: 8000 }

/** Where the edge shall listen: as asked, else where it does, else the usual place. */
export function listenOf({ listen, usual }: Pick<DeployRequest, 'listen' | 'usual'>, seen: Observation): ListenAt {
  const before = seen.edge?.listen
  // Names and HTTPS are as asked now: without a certificate in hand there is none.
  return listen ?? (before && !before.tls && !before.names ? before : undefined) ?? usual ?? everywhere
}

/** Hash of all that decides how a release runs, beside its image and secrets. */
export function configHash({ plan, env = {}, limits = {} }: DeployRequest): string {
  const facts = [
    plan.name,
    sorted(plan.env),
    sorted(env),
    plan.processes,
    plan.release.command,
    limits.memory,
    limits.pids,
    plan.services,
    plan.secretFiles,
  ]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

function sorted(env: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The release that serves, when it is just what is asked for; null when another must be made. */
export async function unchanged(
  agent: Agent,
  request: DeployRequest,
  seen: Observation,
): Promise<ReleaseRecord | null> {
  const current = recordOf(seen, seen.current)
  if (!current || current.image !== request.made.image.digest || current.config !== configHash(request)) return null
  return (await hasSecrets(agent, request, current)) ? current : null
}

/** The record of the next release, before it is staged. */
export function newRecord(
  request: DeployRequest,
  seen: Observation,
  { hosts, wishes }: { readonly hosts: readonly string[]; readonly wishes: readonly ServiceWish[] },
) {
  const { plan, made } = request
  return {
    number: seen.next,
    image: made.image.digest,
    config: configHash(request),
    createdAt: new Date().toISOString(),
    previous: seen.current,
    commit: request.commit ?? null,
    workers: [...processNames(request)],
    services: wishes.map(({ service }) => service.kind),
    prepared: plan.release.command === null ? null : [...plan.release.command],
    healthPath: plan.release.healthPath ?? '/',
    hosts: [...hosts],
    startTimeout: plan.release.startTimeout,
    drain: plan.release.drain,
  } satisfies Omit<ReleaseRecord, 'secrets' | 'state' | 'file'>
}
