import { setTimeout } from 'node:timers/promises'

/** Time as an argument, so that a test of patience needs none. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number
  /** Resolves after so many milliseconds; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal ? { signal } : {}),
}
