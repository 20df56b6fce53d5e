import { clock as machineClock, type Clock } from './clock.ts'

export interface RetryOptions {
  /** Attempts in all; 4 without it. */
  readonly attempts?: number
  /** Milliseconds before the second attempt; doubles each time, with full jitter. */
  readonly base?: number
  /** Milliseconds that one wait lasts at most, whatever a server asks for. */
  readonly cap?: number
  readonly signal?: AbortSignal
  /** The machine's own without it. */
  readonly clock?: Clock
  /** Milliseconds to wait at least, as a server's Retry-After says; null when the error is final. */
  readonly waitFor: (error: unknown) => number | null
}

/** Tries again while `waitFor` calls the error temporary, with exponential waits and full jitter; then throws the last error. */
export async function retry<T>(attempt: (n: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = 4, base = 300, cap = 20_000, signal, clock = machineClock } = options
  for (let n = 1; ; n += 1) {
    try {
      return await attempt(n)
    } catch (error) {
      const least = options.waitFor(error)
      if (least === null || n >= attempts || signal?.aborted) throw error
      const wait = Math.max(least, Math.random() * base * 2 ** (n - 1))
      await clock.sleep(Math.min(wait, cap), signal)
    }
  }
}
