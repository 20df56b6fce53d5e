/** How the agent on a host is reached. Requests go over stdin, so nothing of them is seen in a list of processes. */
export interface Transport {
  /** Runs one command of the agent: a JSON object in, a JSON object out. */
  call(command: string, request: object, options?: { readonly signal?: AbortSignal }): Promise<unknown>
  /** Runs a command that answers with lines of JSON until it ends or is aborted. */
  stream(command: string, request: object, options?: { readonly signal?: AbortSignal }): AsyncIterable<string>
  /** Runs a command whose program takes over our stdio; resolves to its exit code. */
  attach(command: string, request: object): Promise<number>
}
