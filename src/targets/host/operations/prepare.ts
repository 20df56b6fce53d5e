import type { Operation } from '../../../model/target.ts'
import { adviceIn } from '../advice.ts'
import { releaseProcessFailed } from '../app-errors.ts'
import { holderProcess } from '../containers.ts'
import { codeOf } from '../ending.ts'
import { evidenceIn, exceptionIn } from '../evidence.ts'
import type { HostSandbox } from '../transport.ts'
import { watch, type Work } from '../work.ts'

/** Seconds an interrupted release process has to roll its transaction back. */
const grace = 30

/**
 * Runs the release process (migrations) once, in the new image with the data. What it did cannot be undone; it is parented by the
 * holder, so that losing us in the middle does not kill a migration.
 */
export function prepare(work: Work, release: number, command: readonly string[], sandbox: HostSandbox): Operation {
  const group = `job-${release}`
  const place = { home: work.agent.home, release }
  return {
    title: `run ${command.join(' ')}`,
    describe: () => ['once, before anything is switched; what it prints goes to the log'],
    async run() {
      const watched = watch(work, group)
      await work.lease.change('start', { release, group, processes: [holderProcess('release', place, sandbox)] })
      for (;;) {
        work.signal?.throwIfAborted()
        const { processes } = await watched.look()
        const { release: process } = processes
        if (process?.state !== 'running') {
          await watched.look()
          if (process?.code === 0) break
          const exception = exceptionIn(watched.lines)
          throw releaseProcessFailed({
            what: `${command.join(' ')} ended with ${codeOf(process)}.`,
            ...(exception === null ? {} : { why: exception }),
            next: adviceIn(watched.lines) ?? 'Mend what its last lines name and release again: it runs again then.',
            evidence: evidenceIn(watched.lines),
          })
        }
        await work.agent.gone([group], 0.2)
      }
      await work.lease.change('stop', { group, grace: 0 })
    },
    async undo() {
      await work.lease.change('stop', { group, grace })
      await work.agent.gone([group], grace + 10)
    },
  }
}
