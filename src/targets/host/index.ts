import { z } from 'zod'
import { openAgent } from './agent.ts'
import { underLock } from './change.ts'
import { deploy, planDeploy } from './deploy.ts'
import { down } from './down.ts'
import { nothingReleased } from './errors.ts'
import type { Host } from './host.ts'
import { localTransport } from './local.ts'
import { logs } from './logs.ts'
import { rollback } from './rollback.ts'
import { status } from './status.ts'
import type { Transport } from './transport.ts'

/** The door of the target `host`: this machine, or a server with another transport. */
export type {
  ChangeOptions,
  Deployed,
  DeployRequest,
  Host,
  ListenAt,
  LogLine,
  LogQuery,
  ProcessStatus,
  Status,
} from './host.ts'
export { localTransport, wakeAgent } from './local.ts'
export { placeOf } from './place.ts'
export type { HostSandbox, Transport } from './transport.ts'

export interface OpenHost {
  /** Where everything of the app lies on the host: `placeOf(name, repository)` on this machine. */
  readonly home: string
  /** Without it: this machine. */
  readonly transport?: Transport
  /** Layers whose Python runs the agent where this machine has none: our signed base, the image's first. */
  readonly trustedLayers?: readonly string[]
}

/** Opens an app's place on a host. Nothing is asked or made before a method is called. */
export function openHost({ home, trustedLayers = [], ...given }: OpenHost): Host {
  const transport = given.transport ?? localTransport({ home, trustedLayers })
  const agent = openAgent(home, transport)
  return {
    home,
    deploy: request => deploy(agent, request),
    plan: request => planDeploy(agent, request),
    rollback: (number, options) => rollback(agent, number, options),
    status: () => status(agent),
    logs: query => logs(agent, query),
    async run(argv) {
      const { current } = await agent.observe()
      if (current === null)
        throw nothingReleased({
          what: 'Nothing is released here.',
          next: 'Run `wherry up` first, or `wherry ship` for a target.',
        })
      return transport.attach('run', { home, argv, sandbox: (await transport.sandbox()).argv })
    },
    down: options => down(agent, options),
    async recover(options) {
      await underLock(agent, options, async () => {}, true)
      return status(agent)
    },
    async setSecrets(values, options) {
      await underLock(agent, options, ({ lease }) => lease.change('secrets', { values }))
    },
    secretNames: async () =>
      (await agent.ask('observe', {}, z.looseObject({ secrets: z.object({ names: z.array(z.string()) }) }))).secrets
        .names,
  }
}
