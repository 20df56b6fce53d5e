/** The only output of the core. The CLI, CI annotations and pages render it. */
export interface Event {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly step: Step
  readonly level: 'progress' | 'info' | 'suggestion' | 'warning' | 'log'
  readonly text: string
  readonly data?: Readonly<Record<string, unknown>>
}

export type Step = 'detect' | 'image' | 'prove' | 'publish' | 'release' | 'verify'

/** Told of everything worth telling while a step works. Must not throw. */
export type Report = (event: Omit<Event, 'at'>) => void
