import { list } from '../../kit/text.ts'
import type { Operation } from '../../model/target.ts'
import type { Verdict } from '../../model/verdict.ts'
import { release } from '../../steps/release/index.ts'
import type { Agent } from './agent.ts'
import { isFinal, underLock, type Change } from './change.ts'
import { isConverged } from './converge.ts'
import { wishEdge, type EdgeWish } from './edge.ts'
import type { Deployed, DeployRequest } from './host.ts'
import { addressesOf, hostNames, urlOf } from './hosts.ts'
import { isRunning, recordOf, releaseOf, type Observation, type ReleaseRecord } from './observation.ts'
import { backup, hasDatabases } from './operations/backup.ts'
import { certify, isCertified } from './operations/certify.ts'
import { edge, isEdgeAsWished, judge, listen } from './operations/edge.ts'
import { prepare } from './operations/prepare.ts'
import { prune, unlisten } from './operations/retire.ts'
import { giveSecrets } from './operations/secrets.ts'
import { send } from './operations/send.ts'
import { stopServices } from './operations/service-state.ts'
import { bringServices, type Told } from './operations/services.ts'
import { stage, type Surroundings } from './operations/stage.ts'
import { wishServices, type ServiceWish } from './services.ts'
import { verifySite } from './site.ts'
import { takeOver } from './take-over.ts'
import { listenOf, newRecord, unchanged } from './wish.ts'

/** Releases an image, or sees that nothing needs to be done. */
export async function deploy(agent: Agent, request: DeployRequest): Promise<Deployed> {
  const seen = await agent.observe()
  const serving = await alreadyServing(agent, request, seen)
  if (serving) return serving
  await (await send(agent, request))?.run()
  return underLock(agent, request, change => releaseNow(change, request))
}

/** The operations of a deploy on the host as it is, for showing them: nothing is locked or changed. */
export async function planDeploy(agent: Agent, request: DeployRequest): Promise<readonly Operation[]> {
  const [seen, sandbox] = await Promise.all([agent.observe(), agent.transport.sandbox()])
  const sending = await send(agent, request)
  const lease = { epoch: 0, change: refuse, release: refuse }
  const same = await unchanged(agent, request, seen)
  const { operations, afterwards } = choose({ agent, lease, report: request.report, seen, sandbox }, request, same)
  return [...(sending ? [sending] : []), ...operations, ...afterwards]
}

async function alreadyServing(agent: Agent, request: DeployRequest, seen: Observation): Promise<Deployed | null> {
  const record = await unchanged(agent, request, seen)
  if (!record || seen.interrupted || !isConverged(seen) || !isRunning(seen, `release-${record.number}`, 'web'))
    return null
  const at = listenOf(request, seen)
  if (!isCertified(seen, at)) return null
  if (!isEdgeAsWished(seen, wishEdge(request, agent.home, at, await agent.transport.sandbox()))) return null
  const { number, image, healthPath, hosts } = record
  const [host = 'localhost'] = hosts
  const wish = { host, release: number, image, healthPath, file: null, timeout: 5000 }
  const verdict = await verifySite(agent, at, wish)
  if (!verdict.ok) return null
  const url = urlOf(at, agent.transport.name)
  return { outcome: 'already-serving', release: releaseOf(record), url, verdict: null, cut: 0 }
}

async function releaseNow(before: Change, request: DeployRequest): Promise<Deployed> {
  const change = await giveSecrets(before, request)
  const { seen, agent } = change
  const chosen = choose(change, request, await unchanged(agent, request, seen))
  const serves = seen.current !== null && isRunning(seen, `release-${seen.current}`, 'web')
  await release(chosen.operations, {
    report: change.report,
    before: serves ? `release ${seen.current}` : null,
    isFinal,
    afterwards: chosen.afterwards,
    ...(change.signal ? { signal: change.signal } : {}),
  })
  const now = await agent.observe()
  const record = recordOf(now, now.current)
  if (!record) throw new Error('a release that was switched to has a record')
  const { verdict, cut } = chosen.result()
  const url = urlOf(listenOf(request, now), agent.transport.name)
  return { outcome: chosen.outcome, release: releaseOf(record), url, verdict, cut }
}

interface Chosen {
  readonly outcome: Deployed['outcome']
  readonly operations: readonly Operation[]
  readonly afterwards: readonly Operation[]
  readonly result: () => { readonly verdict: Verdict | null; readonly cut: number }
}

/** What must be done: a new release, the same one started again, or the edge alone. */
function choose(change: Change, request: DeployRequest, same: ReleaseRecord | null): Chosen {
  const { seen, agent, sandbox } = change
  const at = listenOf(request, seen)
  const wish = wishEdge(request, agent.home, at, sandbox)
  const wishes = wishServices(request, seen, agent.home)
  const record = same ?? newRecord(request, seen, { hosts: hostNames(request, at, agent.transport.name), wishes })
  const runs = same !== null && isRunning(seen, `release-${same.number}`, 'web')
  const taking = takeOver(change, {
    record,
    file: same?.file ?? null,
    listen: at,
    edge: edge(change, request, wish),
    isNew: same === null,
    runs,
  })
  const told: Told = {}
  const bringing = bringServices(change, request, wishes, { sandbox, told: values => Object.assign(told, values) })
  const ready = same ? [] : [...staging(change, request, record, { sandbox, services: wishes, told: () => told })]
  const { keep } = request.plan.release
  // One that runs as wished has its address already.
  const beforehand = isEdgeAsWished(seen, wish) ? [] : [listen(change, at), judge(change, request, wish)]
  return {
    outcome: same === null ? 'released' : !runs ? 'restarted' : isEdgeAsWished(seen, wish) ? 'already-serving' : 'edge',
    operations: [...beforehand, ...(wishes.length > 0 ? [bringing] : []), ...ready, ...taking.operations],
    afterwards: [
      ...taking.afterwards,
      ...letGo(change, wish),
      ...(isCertified(seen, at) ? [] : [certify(change, at)]),
      ...letServicesGo(change, wishes),
      ...(same ? [] : [prune(change, keep)]),
    ],
    result: taking.result,
  }
}

type NewRecord = Omit<ReleaseRecord, 'secrets' | 'state' | 'file'>

/** What makes a release ready to be started. */
function* staging(
  change: Change,
  request: DeployRequest,
  record: NewRecord,
  surroundings: Surroundings,
): Generator<Operation> {
  const { command } = request.plan.release
  yield stage(change, request, record, surroundings)
  if (command === null) return
  if (hasDatabases(request)) yield backup(change, request, record.number)
  yield prepare(change, record.number, command, change.sandbox)
}

function letGo(change: Change, { listen: at }: EdgeWish): Operation[] {
  const before = change.seen.edge?.listen
  const kept = new Set(addressesOf(at).map(String))
  const moved = before !== undefined && addressesOf(before).some(address => !kept.has(String(address)))
  return moved ? [unlisten(change, addressesOf(at))] : []
}

/** Services that no release asks for any more end; their data stay. */
function letServicesGo(change: Change, wishes: readonly ServiceWish[]): Operation[] {
  const running = Object.keys(change.seen.running['services'] ?? {})
  const kinds = running.filter(kind => !wishes.some(({ service }) => service.kind === kind))
  if (kinds.length === 0) return []
  return [{ title: `stop ${list(kinds)}`, describe: () => ['data is kept'], run: () => stopServices(change, kinds) }]
}

function refuse(): never {
  throw new Error('operations that are only shown cannot be run')
}
