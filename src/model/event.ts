/** The only output of the core. The CLI, CI annotations and pages render it. */
export interface Event {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly step: Step
  /**
   * `start`, `progress`, `done` and `failed` speak of one task (a line of a live list); `log` is a line of a program's own output;
   * `suggestion` is something to do next, `warning` something that is not as it should be.
   */
  readonly level: 'start' | 'progress' | 'done' | 'failed' | 'info' | 'suggestion' | 'warning' | 'log'
  readonly text: string
  /** The task that start, progress, done and failed belong to; the step's own where absent. */
  readonly task?: string
  readonly data?: Readonly<Record<string, unknown>>
}

export type Step = 'detect' | 'image' | 'prove' | 'publish' | 'release' | 'verify'

/** Told of everything worth telling while a step works. Must not throw. */
export type Report = (event: Omit<Event, 'at'>) => void
