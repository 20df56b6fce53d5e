import { z } from 'zod'
import type { Verdict } from '../../model/verdict.ts'
import { verify, type Answer, type VerifyRequest } from '../../steps/verify/index.ts'
import type { Agent } from './agent.ts'
import type { ListenAt } from './host.ts'
import { loopbackOf, mainName, urlOf } from './hosts.ts'

const answer = z.union([
  z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    text: z.string(),
    size: z.number(),
    sha256: z.string(),
  }),
  z.object({ reason: z.string() }),
])

/**
 * Asks what serves on a host through its nginx. On a server its agent asks: a firewall, or an nginx that only the server itself can
 * reach, must not fail a release that serves.
 */
export async function verifySite(
  agent: Agent,
  listen: ListenAt,
  request: Omit<VerifyRequest, 'url' | 'ask'>,
): Promise<Verdict> {
  const { name } = agent.transport
  const url = urlOf(listen, name)
  const own = mainName(listen)
  const host = own === null ? {} : { host: own }
  return verify({ ...request, ...host, url, ...(name === null ? {} : { ask: askThere(agent, listen) }) })
}

function askThere(agent: Agent, listen: ListenAt): NonNullable<VerifyRequest['ask']> {
  const { address, port, tls } = listen
  return async (path, headers, timeout): Promise<Answer> => {
    const secure = tls ? mainName(listen) : null
    const wish = { address: loopbackOf(address), port, secure, path, headers, timeout: timeout / 1000 }
    const said = await agent.ask('fetch', wish, answer)
    if ('reason' in said) throw new Error(said.reason)
    return said
  }
}
