import { expect, test } from 'vitest'
import { engineUnavailable, sandboxUnavailable } from '../../engines/errors.ts'
import { checkEngines } from '../doctor/engines.ts'
import { styler } from '../face/style.ts'
import { doctorPage } from './doctor.ts'

const style = styler(process.stdout, { NO_COLOR: '1' })
const limits = { memory: 'enforced', pids: 'enforced' } as const
const refused = sandboxUnavailable({ what: 'No sandbox.', why: 'AppArmor forbids it', next: 'Use docker.' })
const silent = engineUnavailable({ what: 'No answer.', why: '/run/x: ENOENT', next: 'Start it.' })

test('a machine whose sandbox is refused is told what takes its place, and what does not', () => {
  const chosen = { name: 'docker', why: 'AppArmor forbids it' } as const
  const docker = { ok: true, limits, version: 'docker 28.0.1', at: 'DOCKER_HOST' } as const
  const checks = checkEngines({
    sandbox: { ok: false, error: refused },
    docker,
    podman: { ok: false, error: silent },
    chosen,
  })
  expect(checks.map(({ name, state, next }) => [name, state, next])).toEqual([
    ['sandbox', 'absent', null],
    ['docker', 'there', null],
    ['podman', 'absent', null],
  ])
  const page = doctorPage({ ok: true, system: 'linux x64', engine: chosen, checks }, style)
  expect(page).toContain('code in images runs in docker: AppArmor forbids it')
  expect(page).toMatch(/docker +28\.0\.1 +DOCKER_HOST/)
  expect(page).toContain('wherry up, which runs releases, needs the sandbox')
})

test('a machine with none is told every way out', () => {
  const none = { ok: false, error: silent } as const
  const checks = checkEngines({ sandbox: { ok: false, error: refused }, docker: none, podman: none, chosen: null })
  const page = doctorPage({ ok: false, system: 'linux x64', engine: null, checks }, style)
  expect(page).toContain('nothing here can run images')
  expect(page).toContain('sandbox: Use docker.')
  expect(page).toContain('docker: Start it.')
})
