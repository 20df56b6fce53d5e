import { explain } from '../../engines/sandbox/explain.ts'
import { machineFacts } from '../../engines/sandbox/machine.ts'
import type { FailedStep } from '../../engines/sandbox/report.ts'
import { adviceIn } from './advice.ts'
import { appExited, appFinished, appOutOfMemory } from './app-errors.ts'
import { evidenceIn, exceptionIn } from './evidence.ts'
import type { ProcessState } from './observation.ts'
import type { Work } from './work.ts'

/** What the sandbox said of a process, read back from its report on the host. */
export interface Ending {
  readonly failed: FailedStep | null
  readonly outOfMemory: boolean
}

export async function endingOf(work: Pick<Work, 'agent'>, release: number, name: string): Promise<Ending> {
  const events = (await work.agent.report(release, name)).flatMap(line => {
    try {
      return [JSON.parse(line) as { event?: string; outOfMemory?: boolean } & FailedStep]
    } catch {
      return [] // Cut off by a full disk.
    }
  })
  return {
    failed: events.find(({ event }) => event === 'failed') ?? null,
    outOfMemory: events.some(({ event, outOfMemory }) => event === 'ended' && outOfMemory === true),
  }
}

/** Why `web` ended before it served. */
export async function explainEnd(
  work: Pick<Work, 'agent'>,
  release: number,
  lines: readonly string[],
  process: ProcessState | null | undefined,
): Promise<Error> {
  const ending = await endingOf(work, release, 'web')
  const evidence = evidenceIn(lines)
  if (ending.failed) return explain(ending.failed, machineFacts(), { argv0: 'the launcher', cwd: 'of the app' })
  if (ending.outOfMemory) {
    return appOutOfMemory({
      what: 'The app was killed because it needed more memory than it may use.',
      next: 'Raise the memory limit, or start fewer workers with WEB_CONCURRENCY.',
      evidence,
    })
  }
  // The launcher ends with 1 when a server of its own ends with 0: what stands in front of it is no reason to go on.
  if (process?.code === 0 || lines.some(line => line.startsWith('wherry: own server ended with 0: stopping'))) {
    return appFinished({
      what: 'The app ended without an error instead of serving.',
      why: 'Its process ended with exit code 0.',
      next: 'Let its command stay in the foreground; look for `daemon` in its settings.',
      evidence,
    })
  }
  const exception = exceptionIn(lines)
  return appExited({
    what: `The app ended while it was being started, with ${codeOf(process)}.`,
    ...(exception === null ? {} : { why: exception }),
    next: adviceIn(lines) ?? 'Mend what its last lines name and release again.',
    evidence,
  })
}

export function codeOf(process: ProcessState | null | undefined): string {
  const code = process?.code ?? null
  if (code === null) return 'no exit code'
  return code < 0 ? `signal ${-code}` : `exit code ${code}`
}
