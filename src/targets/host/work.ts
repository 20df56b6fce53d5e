import type { Report } from '../../model/event.ts'
import type { Agent, Lease } from './agent.ts'
import type { Observation } from './observation.ts'

/** What every operation on a host works with, once the lock is held. */
export interface Work {
  readonly agent: Agent
  readonly lease: Lease
  readonly report: Report
  readonly signal?: AbortSignal
  /** The host as it was when the operations were chosen. */
  readonly seen: Observation
}

/** Tells what a group prints as it comes, and how its processes are. */
export interface Watch {
  /** Reports what was printed since the last look. */
  look(): Promise<Look>
  /** All lines seen, the last ones of many. */
  readonly lines: readonly string[]
}

type Look = Awaited<ReturnType<Agent['lines']>>

const remembered = 400

export function watch({ agent, report }: Pick<Work, 'agent' | 'report'>, group: string): Watch {
  const lines: string[] = []
  let after = 0
  return {
    lines,
    async look() {
      const answer = await agent.lines(group, after)
      for (const { number, text, process } of answer.lines) {
        after = number
        lines.push(text)
        report({ step: 'release', level: 'log', text, data: { group, process } })
      }
      lines.splice(0, lines.length - remembered)
      return answer
    },
  }
}
