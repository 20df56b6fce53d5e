import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { setTimeout as sleep } from 'node:timers/promises'
import { list } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import type { EdgeWish } from '../edge.ts'
import { edgeRefused } from '../errors.ts'
import { userOf } from '../containers.ts'
import { evidenceIn } from '../evidence.ts'
import { addressesOf } from '../hosts.ts'
import type { DeployRequest, ListenAt } from '../host.ts'
import { isRunning, type Observation } from '../observation.ts'
import { watch, type Work } from '../work.ts'

/** Takes the address before anything else is done: that others hold it must not be found out after the migrations. */
export function listen(work: Work, at: ListenAt): Operation {
  const before = work.seen.edge?.listen
  return {
    title: `listen on ${list(addressesOf(at).map(([address, port]) => `${address}:${port}`))}`,
    describe: () => [],
    async run() {
      await work.lease.change('listen', { at: addressesOf(at) })
    },
    async undo() {
      await work.lease.change('unlisten', { but: before ? addressesOf(before) : [] })
    },
  }
}

/** True when the edge that runs is the one that is wished for; where its certificate comes from is not in nginx's configuration. */
export function isEdgeAsWished({ edge, running }: Pick<Observation, 'edge' | 'running'>, wish: EdgeWish): boolean {
  return (
    edge?.configuration === wish.digest &&
    isDeepStrictEqual(edge.listen, wish.listen) &&
    running['edge']?.[wish.process.name]?.state === 'running'
  )
}

/** Lets nginx judge what it will be told before the migrations run: a mistake in it must not be found out after them. */
export function judge(work: Work, request: DeployRequest, wish: EdgeWish): Operation {
  return {
    title: 'let nginx judge its configuration',
    describe: () => [],
    run: () => test(work, request, wish),
  }
}

/** Makes the edge what it is wished to be: not touched, reloaded, or replaced by another nginx on the same socket. */
export function edge(work: Work, request: DeployRequest, wish: EdgeWish): Operation {
  const asWished = isEdgeAsWished(work.seen, wish)
  const reloads = isRunning(work.seen, 'edge', wish.process.name)
  const { address, port } = wish.listen
  return {
    title: `${asWished ? 'keep' : reloads ? 'reload' : 'start'} the edge on ${address}:${port}`,
    describe: () => wish.configuration.split('\n'),
    async run() {
      if (asWished) return
      await test(work, request, wish)
      const facts = { listen: wish.listen }
      const answer = z.object({ replaced: z.array(z.string()) })
      const { replaced } = await work.lease.change('edge-commit', { process: wish.process, facts }, answer)
      await settled(work, wish)
      if (replaced.length > 0) await work.lease.change('edge-stop', { but: wish.process.name, grace: 30 })
    },
    async undo() {
      if (!asWished) await work.lease.change('edge-revert', { facts: work.seen.edge })
    },
  }
}

/** Lets nginx judge the new configuration where it will run, while the live one stays as it is. */
async function test(work: Work, request: DeployRequest, wish: EdgeWish): Promise<void> {
  const watched = watch({ agent: work.agent, report: () => {} }, 'edge-test')
  const { configuration, pages, fetched, specs } = wish
  const keys = Object.fromEntries(Object.entries(wish.keys).map(([name, key]) => [name, key.reveal()]))
  const owner = userOf(request.made.image.config).uid
  await work.lease.change('edge-stage', { configuration, pages, keys, fetched, specs, test: wish.test, owner })
  for (;;) {
    const { processes } = await watched.look()
    const { test: process } = processes
    if (process?.state === 'running') {
      await sleep(20)
      continue
    }
    await watched.look()
    if (process?.code === 0) return
    throw edgeRefused({
      what: 'nginx refused its configuration.',
      why: watched.lines.find(line => line.includes('[emerg]')) ?? 'nginx -t failed.',
      next: 'Check `edge` in the config; the running edge was left as it was.',
      evidence: evidenceIn(watched.lines),
    })
  }
}

/** An nginx that cannot start ends within moments; one that lives has the socket. */
async function settled(work: Work, wish: EdgeWish): Promise<void> {
  await sleep(150)
  const watched = watch({ agent: work.agent, report: () => {} }, 'edge')
  const { processes } = await watched.look()
  if (processes[wish.process.name]?.state === 'running') return
  throw edgeRefused({
    what: 'The edge ended right after it was started.',
    next: 'See its last lines below.',
    evidence: evidenceIn(watched.lines),
  })
}
