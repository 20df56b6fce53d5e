import type { Examination, Looked } from '../../engines/examine.ts'
import type { Check } from './check.ts'

/** What can run images here; one is needed, the others are only said. */
export function checkEngines({ sandbox, docker, podman, chosen }: Examination): Check[] {
  const state = chosen === null ? 'needed' : 'absent'
  return [
    of('sandbox', sandbox, state, chosen?.name === 'sandbox' || chosen === null),
    ...(sandbox.ok ? [cgroups(sandbox)] : []),
    of('docker', docker, state, chosen === null),
    of('podman', podman, state, chosen === null),
  ]
}

function of(name: string, looked: Looked, absent: Check['state'], advise: boolean): Check {
  if (!looked.ok) {
    const { what, why, next } = looked.error
    return { name, state: absent, text: 'not here', because: why ?? what, next: advise ? next : null }
  }
  const text = looked.version?.replace(`${name} `, '') ?? 'namespaces and overlayfs'
  return { name, state: 'there', text, because: looked.at ?? 'one was made to see', next: null }
}

/** Without a cgroup of its own, a sandbox runs all the same, and may take what the machine has. */
function cgroups({ limits }: Extract<Looked, { ok: true }>): Check {
  const name = 'limits'
  if (limits.memory === 'enforced' && limits.pids === 'enforced')
    return { name, state: 'there', text: 'memory, processes', because: 'by cgroups', next: null }
  const next = 'Run under systemd, whose users have cgroups of their own, or as root: memory limits are not kept here.'
  return { name, state: 'absent', text: 'not kept', because: 'this user has no cgroup of its own', next }
}
