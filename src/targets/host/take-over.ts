import { count } from '../../kit/text.ts'
import type { Operation } from '../../model/target.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Change } from './change.ts'
import { stopGrace } from './containers.ts'
import type { ListenAt } from './host.ts'
import { isRunning, recordOf, type ReleaseRecord } from './observation.ts'
import { drain, retire } from './operations/retire.ts'
import { probe, start } from './operations/start.ts'
import { switchTo } from './operations/switch.ts'
import { verifyRelease, type Verification } from './operations/verify.ts'
import { changeWorkers } from './operations/workers.ts'

export interface Taking {
  readonly operations: readonly Operation[]
  readonly afterwards: readonly Operation[]
  readonly result: () => { readonly verdict: Verdict | null; readonly cut: number }
}

export interface TakeOver {
  readonly record: Omit<ReleaseRecord, 'secrets' | 'state' | 'file'>
  readonly file: ReleaseRecord['file']
  readonly listen: ListenAt
  readonly edge: Operation
  /** It was never switched to before. */
  readonly isNew: boolean
  /** It runs and serves already: only the edge may have to change. */
  readonly runs: boolean
}

/** From a staged release to the one that serves: the part that a deploy and a rollback have in common. */
export function takeOver(change: Change, wish: TakeOver): Taking {
  const { seen } = change
  const { record } = wish
  const old = seen.current === record.number ? null : recordOf(seen, seen.current)
  let [host, cut, verdict] = [record.hosts[0] ?? 'localhost', 0, null as Verdict | null]
  const verification: Verification = {
    record,
    listen: wish.listen,
    // Which file to ask for is known once the release is staged.
    late: async () => ({
      host,
      file: wish.file ?? recordOf(await change.agent.observe(), record.number)?.file ?? null,
    }),
    found: given => (verdict = given),
  }
  const { number, healthPath: path, hosts, startTimeout } = record
  const ready = probe(change, { release: number, path, hosts, startTimeout }, name => (host = name))
  const commit = switchTo(change, number, wish.isNew)
  const isOldServing = old !== null && isRunning(seen, `release-${old.number}`, 'web')
  return {
    operations: [
      // One that a new holder has just brought back runs, but may not listen yet.
      ...(wish.runs ? [ready] : [start(change, record.number, change.sandbox), ready, commit]),
      wish.edge,
      verifyRelease(change, verification, false),
      ...(hasWorkers(record, old) && !wish.runs ? [changeWorkers(change, record, old, change.sandbox)] : []),
      ...(isOldServing ? [drain(change, old, left => tellCut(change, old.number, (cut = left)))] : []),
      ...(isOldServing ? [verifyRelease(change, verification, true)] : []),
    ],
    afterwards: isOldServing ? [retire(change, old.number)] : [],
    result: () => ({ verdict, cut }),
  }
}

function hasWorkers(record: Pick<ReleaseRecord, 'workers'>, old: Pick<ReleaseRecord, 'workers'> | null): boolean {
  return record.workers.length > 0 || (old?.workers.length ?? 0) > 0
}

function tellCut(change: Change, release: number, cut: number): void {
  if (cut === 0) return
  const text = `release ${release} still had ${count(cut, 'connection')} after its time to finish: what is left in ${stopGrace} s is cut off`
  change.report({ step: 'release', level: 'warning', text, data: { cut } })
}
