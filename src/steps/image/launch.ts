import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lock } from '../../model/lock.ts'
import type { Plan, ServePlan } from '../../model/plan.ts'
import type { FileEntry, Tree } from '../../model/tree.ts'
import { dataDirectory, dataPlaces, seedDirectory } from './app/data.ts'
import { appDirectory } from './app/entry.ts'

const runtime = fileURLToPath(new URL('../../../runtime/launcher', import.meta.url))

/** Process 1 of the image: the launcher's own files, the same in every image of this version of Wherry. */
export function launcherTree(): Tree {
  const names = readdirSync(runtime, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.py'))
    .sort()
  return names.map(name => fileOf(`wherry/launcher/${name}`, readFileSync(join(runtime, name))))
}

export const entrypoint: readonly string[] = ['/venv/bin/python', '-I', '-S', '/wherry/launcher']

/** Where the app runs, absolute in the image. */
export function workingDirectory(plan: Plan): string {
  return plan.root === '.' ? `/${appDirectory}` : `/${appDirectory}/${plan.root}`
}

/** launch.json: what the launcher is told of the app. runtime/launcher/launch.py documents every key. */
export function launchFile(plan: Plan, lock: Lock): FileEntry {
  const { serve } = plan.image
  const directory = workingDirectory(plan)
  const processes = Object.fromEntries(Object.entries(plan.processes).filter(([, argv]) => argv !== null))
  const facts = {
    version: 1,
    directory,
    path: [serve.path === '' ? directory : `${directory}/${serve.path}`, ...(serve.path === '' ? [] : [directory])],
    app: appFacts(serve),
    server: serve.interface === 'own' ? null : { name: serve.server, version: versionOf(lock, serve.server) },
    django: serve.settings === null ? null : { settings: serve.settings, setup: serve.interface === 'asgi' },
    workers: workersOf(serve),
    processes: { ...processes, ...(plan.release.command ? { release: plan.release.command } : {}) },
    timeouts: { start: plan.release.startTimeout, stop: plan.release.drain },
    data: { volume: `/${dataDirectory}`, seed: `/${seedDirectory}`, places: placesOf(plan, lock) },
    env: plan.env,
  }
  return fileOf('wherry/launch.json', Buffer.from(`${JSON.stringify(facts, null, 1)}\n`))
}

function placesOf(plan: Plan, lock: Lock): object[] {
  return dataPlaces(plan, lock).map(({ path, kind }) => ({ path, kind: kind === 'directory' ? 'directory' : 'file' }))
}

function workersOf({ workers }: ServePlan): object {
  const because = workers.max === null ? {} : { because: 'workers.max in the config' }
  return { ...Object.fromEntries(Object.entries(workers).filter(([, value]) => value !== null)), ...because }
}

function appFacts(serve: ServePlan): object {
  const { interface: kind, module, attribute, factory, omits, script } = serve
  if (kind !== 'own') return { interface: kind, module, attribute, factory, ...(omits.length > 0 ? { omits } : {}) }
  const known = serve.framework === 'streamlit' || serve.framework === 'gradio' ? serve.framework : 'generic'
  return { interface: 'own', kind: known, argv: known === 'streamlit' ? [script] : ['python', script] }
}

function versionOf(lock: Lock, server: string): string | null {
  return [...lock.wheels, ...lock.sdists].find(({ name }) => name === server)?.version ?? null
}

function fileOf(path: string, data: Uint8Array): FileEntry {
  return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
}
