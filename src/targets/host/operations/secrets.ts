import { z } from 'zod'
import { list } from '../../../kit/text.ts'
import { describeSources } from '../../../secrets/given.ts'
import type { Agent } from '../agent.ts'
import type { Change } from '../change.ts'
import type { DeployRequest } from '../host.ts'
import type { ReleaseRecord } from '../observation.ts'

/** Secrets that come with a release. The host keeps them by version, so that a release of before is started with its own. */

/** Names that get a value made, where nothing else gives them one. */
export function namesNeeded({ plan, env = {} }: DeployRequest): readonly string[] {
  return plan.secrets.map(({ name }) => name).filter(name => !(name in env))
}

/** Whether a release runs with just the secrets that one made now would get. */
export async function hasSecrets(agent: Agent, request: DeployRequest, record: ReleaseRecord | null): Promise<boolean> {
  if (record === null) return false
  const question = {
    version: Number(record.secrets),
    given: revealed(request),
    names: namesNeeded(request),
  }
  return (await agent.ask('has-secrets', question, z.object({ same: z.boolean() }))).same
}

/** Hands them to the host, which makes a version of them when they are others; no release has them yet. The change as it is seen then. */
export async function giveSecrets(change: Change, request: DeployRequest): Promise<Change> {
  const given = revealed(request)
  const isEmpty = Object.keys(given ?? {}).length === 0 && change.seen.secrets.given.length === 0
  if (given === null || isEmpty) return change
  await change.lease.change('give-secrets', { given })
  return { ...change, seen: await change.agent.observe() }
}

/** Where each comes from, for people. */
export function describeSecrets(request: DeployRequest): readonly string[] {
  const { secrets, env = {} } = request
  const made = namesNeeded(request).filter(name => !(name in (secrets?.values ?? {})))
  return [
    ...(secrets ? describeSources(secrets, Object.keys(env)) : []),
    ...(made.length > 0 ? [`secrets ${list(made)}, made once for this environment`] : []),
  ]
}

/** For the host alone. */
function revealed({ secrets }: DeployRequest): Record<string, string> | null {
  if (!secrets) return null
  return Object.fromEntries(Object.entries(secrets.values).map(([name, value]) => [name, value.reveal()]))
}
