import type { Agent } from './agent.ts'
import type { ProcessStatus, Status } from './host.ts'
import { urlOf } from './hosts.ts'
import { recordOf, releaseOf, type Observation } from './observation.ts'

/** What is so on the host, for people and programs. */
export async function status(agent: Agent): Promise<Status> {
  const seen = await agent.observe()
  const current = recordOf(seen, seen.current)
  const processes: ProcessStatus[] = Object.entries(seen.running)
    .filter(([group]) => group !== 'edge-test')
    .flatMap(([group, named]) =>
      Object.entries(named).map(([name, process]) => Object.assign({ group, name }, process)),
    )
  return {
    home: agent.home,
    current: current && releaseOf(current),
    releases: seen.releases.map(releaseOf),
    url: seen.edge && urlOf(seen.edge.listen, agent.transport.name),
    processes,
    holder: seen.holder,
    lock: seen.lock,
    certificate: seen.edge?.listen.tls?.acme ? certificateOf(seen) : null,
    interrupted: seen.interrupted || seen.journal === 'corrupt-journal',
  }
}

function certificateOf({ certificate }: Observation): Status['certificate'] {
  const { until = null, failed } = certificate ?? {}
  return { until: until === null ? null : until * 1000, failed: failed ? (failed.detail ?? 'it failed') : null }
}
