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
  /** Our own process, when it is one of that host: a lock of a process that has ended need not be waited for. */
  readonly pid: number | null
}

export interface HostSandbox {
  /** Append the places of the spec and of the report. */
  readonly argv: readonly string[]
  readonly scratch: string
  readonly cache: string | null
}
