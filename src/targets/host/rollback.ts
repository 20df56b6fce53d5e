import { list } from '../../kit/text.ts'
import type { Operation } from '../../model/target.ts'
import { release } from '../../steps/release/index.ts'
import type { Agent } from './agent.ts'
import { isFinal, underLock, type Change } from './change.ts'
import { noImage, nothingReleased } from './errors.ts'
import type { ChangeOptions, Deployed } from './host.ts'
import { urlOf } from './hosts.ts'
import { isRunning, recordOf, releaseOf, type EdgeState, type ReleaseRecord } from './observation.ts'
import { listen } from './operations/edge.ts'
import { keepServices } from './operations/services.ts'
import { takeOver } from './take-over.ts'

/** Starts a release of before again and switches to it: no image is made, nothing downloaded, no release process run. */
export async function rollback(agent: Agent, number: number | null, options: ChangeOptions): Promise<Deployed> {
  return underLock(agent, options, async change => {
    const { seen } = change
    if (!seen.edge)
      throw nothingReleased({
        what: 'Nothing is released here.',
        next: 'Run `wherry up` first, or `wherry ship` for a target.',
      })
    const record = choose(change, number)
    tellMigrations(change, record)
    const at = seen.edge.listen
    const taking = takeOver(change, {
      record,
      file: record.file,
      listen: at,
      edge: sameEdge(change, seen.edge),
      isNew: false,
      runs: record.number === seen.current && isRunning(seen, `release-${record.number}`, 'web'),
    })
    const serves = seen.current !== null && isRunning(seen, `release-${seen.current}`, 'web')
    await release([listen(change, at), keepServices(change, record.services), ...taking.operations], {
      report: change.report,
      before: serves ? `release ${seen.current}` : null,
      isFinal,
      afterwards: taking.afterwards,
      ...(change.signal ? { signal: change.signal } : {}),
    })
    const { verdict, cut } = taking.result()
    return {
      outcome: 'rolled-back-to',
      release: { ...releaseOf(record), state: 'serving' },
      url: urlOf(at, agent.transport.name),
      verdict,
      cut,
    }
  })
}

function choose({ seen }: Change, number: number | null): ReleaseRecord {
  const wanted = number ?? seen.previous ?? recordOf(seen, seen.current)?.previous ?? null
  const found = recordOf(seen, wanted)
  if (found) return found
  const kept = seen.releases.map(release => String(release.number))
  throw noImage({
    what: wanted === null ? 'There is no release before this one.' : `There is no release ${wanted} here.`,
    why: kept.length > 0 ? `Kept are ${list(kept)}.` : 'None is kept.',
    next: 'Choose one that `wherry status` lists.',
  })
}

/** A rollback takes back code, not data: which releases in between changed the database is what a person must know. */
function tellMigrations({ seen, report }: Change, { number }: ReleaseRecord): void {
  const between = seen.releases.filter(
    ({ number: n, prepared, state }) => n > number && n <= (seen.current ?? 0) && prepared && state !== 'staged',
  )
  if (between.length === 0) return
  const commands = [...new Set(between.map(({ prepared }) => (prepared ?? []).join(' ')))]
  const text = `Release ${list(between.map(({ number: n }) => String(n)))} ran ${list(commands)}: the data stays as that left it. Release ${number} must be able to read it.`
  report({ step: 'release', level: 'warning', text })
}

/** The edge is no part of a release: it stays, or after `down` is started as it was. */
function sameEdge(change: Change, edge: EdgeState): Operation {
  const runs = isRunning(change.seen, 'edge', edge.process.name)
  return {
    title: runs ? 'keep the edge' : 'start the edge as it was',
    describe: () => [],
    async run() {
      if (!runs) await change.lease.change('edge-revert', { facts: edge })
    },
    async undo() {
      if (!runs) await change.lease.change('edge-stop', { but: '', grace: 5 })
    },
  }
}
