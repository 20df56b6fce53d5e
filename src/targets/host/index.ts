import type { Host } from './host.ts'
import { placeOf } from './place.ts'
import type { Transport } from './transport.ts'

/** The door of the target `host`: this machine today, a server over SSH with another transport. */
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
export { placeOf } from './place.ts'
export type { Transport } from './transport.ts'

export interface OpenHost {
  /** Where everything of the app lies on the host: `placeOf(name, repository)` on this machine. */
  readonly home: string
  /** Without it: this machine. */
  readonly transport?: Transport
}

/** Opens an app's place on a host. Nothing is asked or made before a method is called. */
export function openHost(_options: OpenHost): Host {
  throw new Error('under construction')
}

void placeOf
