import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { start } from '../../src/kit/exec.ts'
import type { App } from './host-app.ts'
import type { TestHost } from './host-place.ts'

/** When a deploying process kills itself: at its call to the agent of that number, or at the first one of that name. */
export interface Moment {
  readonly call?: number
  readonly command?: string
  /** Before it has the answer; the agent carries its request out all the same. After it, without this. */
  readonly before?: boolean
}

/** Deploys in a process of its own, which kills itself at that moment if it comes. */
export function deployAndDie(host: TestHost, app: App, moment: Moment): Promise<{ died: boolean }> {
  const file = join(host.home, '..', 'request.json')
  writeFileSync(file, JSON.stringify({ ...app, home: host.home, port: host.port, moment }))
  return new Promise((resolve, reject) => {
    const child = start([process.execPath, join(import.meta.dirname, 'deploy-and-die.ts'), file], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (_, signal) => resolve({ died: signal === 'SIGKILL' }))
  })
}

/** The host is as a run that ended well leaves it. */
export async function isWhole(host: TestHost, version: string): Promise<void> {
  const { current, releases, processes, lock, interrupted } = await host.status()
  expect(await host.version()).toBe(version)
  expect(processes.map(({ group, state }) => `${group} ${state}`).sort()).toEqual([
    'edge running',
    `release-${current?.number} running`,
  ])
  expect(releases.filter(({ state }) => state === 'serving')).toHaveLength(1)
  expect(releases.filter(({ state }) => state === 'staged')).toEqual([])
  expect({ owner: lock.owner, interrupted }).toEqual({ owner: null, interrupted: false })
}
