import type { Event } from '../../model/event.ts'

export interface FaceOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/** Shows events as they come: live in a terminal, line by line elsewhere. */
export interface Printer {
  print(event: Event): void
  /** Lets something else write to the terminal, where no line that is drawn stands in the way. */
  aside(write: () => void): void
  close(): void
}
