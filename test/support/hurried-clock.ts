import type { Clock } from '../../src/kit/clock.ts'

/** A clock on which waiting takes no time: it is put forward instead. `waited` are the waits, in milliseconds. */
export function hurriedClock(): Clock & { readonly waited: readonly number[]; pass(ms: number): void } {
  let ahead = 0
  const waited: number[] = []
  return {
    waited,
    now: () => performance.now() + ahead,
    pass: ms => void (ahead += ms),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      waited.push(ms)
      ahead += ms
      await new Promise(resolve => setImmediate(resolve))
    },
  }
}
