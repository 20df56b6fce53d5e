import { count } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import { stopGrace } from '../containers.ts'
import type { addressesOf } from '../hosts.ts'
import type { ReleaseRecord } from '../observation.ts'
import type { Work } from '../work.ts'

/** Seconds after which what is left is no idle connection of nginx (those end by age) but a stream, a WebSocket or a long request. */
const idleEnds = 5

/** Waits until the old release has no connection left, within its limit. `cut` is told how many there still are then. */
export function drain(work: Work, old: Pick<ReleaseRecord, 'number' | 'drain'>, cut: (n: number) => void): Operation {
  return {
    title: `let release ${old.number} finish`,
    describe: () => [`until it has no connection left, ${old.drain} s at most`],
    async run() {
      const deadline = performance.now() + old.drain * 1000
      let told = false
      for (let left = await work.agent.connections(old.number, Math.min(idleEnds, old.drain)); ;) {
        if (left === 0) return cut(0)
        work.signal?.throwIfAborted()
        const seconds = Math.round((deadline - performance.now()) / 1000)
        if (seconds <= 0) return cut(left)
        if (!told) {
          told = true
          const text = `release ${old.number} has ${count(left, 'long connection')} (streams, WebSockets, long requests): waiting up to ${seconds} s`
          work.report({ step: 'release', level: 'progress', text })
        }
        left = await work.agent.connections(old.number, Math.min(2, seconds))
      }
    },
  }
}

/** Stops the old release: nothing is routed to it, and it has answered what it had. */
export function retire(work: Work, old: number): Operation {
  const group = `release-${old}`
  return {
    title: `retire release ${old}`,
    describe: () => ['SIGTERM, then what is left is killed'],
    async run() {
      await work.lease.change('stop', { release: old, group, grace: stopGrace })
      await work.agent.gone([group], stopGrace + 10)
    },
  }
}

export function prune(work: Work, keep: number): Operation {
  return {
    title: `keep the last ${count(keep, 'release')}`,
    describe: () => ['never the one that serves, nor the one before it'],
    async run() {
      await work.lease.change('prune', { keep: Math.max(1, keep) })
    },
  }
}

export function unlisten(work: Work, kept: ReturnType<typeof addressesOf>): Operation {
  return {
    title: 'let go of the old address',
    describe: () => [],
    async run() {
      await work.lease.change('unlisten', { but: kept })
    },
  }
}
