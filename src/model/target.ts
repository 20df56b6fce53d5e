/** Contracts with behaviour (not JSON). Every change to the world is an Operation; dry-run prints the same values that run. */
export interface Operation {
  /** What it does, for progress and dry-run: `start release 7, unrouted`. */
  readonly title: string
  /** More lines for a dry-run. */
  describe(): readonly string[]
  run(): Promise<void>
  /** Takes back what `run` did; absent where nothing needs taking back. */
  undo?(): Promise<void>
}
