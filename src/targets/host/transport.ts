import type { Report } from '../../model/event.ts'
import type { ImageConfig, Layer } from '../../model/image.ts'

/** How the agent on a host is reached. Requests go over stdin, so nothing of them is seen in a list of processes. */
export interface Transport {
  /** Runs one command of the agent: a JSON object in, a JSON object out. It is never broken off in the middle. */
  call(command: string, request: object): Promise<unknown>
  /** Runs a command that answers with lines of JSON, until it ends or is aborted. */
  stream(command: string, request: object, signal?: AbortSignal): AsyncIterable<string>
  /** Runs a command whose program takes over our standard streams; resolves to its exit code. */
  attach(command: string, request: object): Promise<number>
  /** How sandboxes are started on that host, for layers that lie there. */
  sandbox(): Promise<HostSandbox>
  /** A process of that host that ends when we do: a lock of one that has ended need not be waited for. */
  readonly pid: number | null
  /** The name or address by which people reach that host; null for this machine. */
  readonly name: string | null
  /** Of its processors; absent for this machine. */
  readonly architecture?: ImageConfig['architecture'] | null
  /** What must be sent before layers can be used there; absent where they are used from this machine's own cache. */
  readonly shipment?: (stacks: readonly Stack[]) => Promise<Shipment>
}

/** Layers that are unpacked together in one directory of this machine's cache. */
export interface Stack {
  readonly directory: string
  readonly layers: readonly Layer[]
}

export interface Shipment {
  /** How many of the stacks are not there yet, and the bytes that are still to be sent. */
  readonly missing: number
  readonly bytes: number
  send(options: { readonly report: Report; readonly signal?: AbortSignal }): Promise<void>
}

export interface HostSandbox {
  /** Append the places of the spec and of the report. */
  readonly argv: readonly string[]
  readonly scratch: string
  readonly cache: string | null
  /** How many processors there are. */
  readonly processors: number
  /** Where the layers lie there that are unpacked in that directory of this machine's cache. */
  place(directory: string): string
}
