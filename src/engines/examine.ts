import type { WherryError } from '../kit/error.ts'
import { isWherryError } from '../kit/error.ts'
import { namedEngine, type EngineName } from './choose.ts'
import type { Limits } from './engine.ts'
import { sandboxSupport } from './sandbox/support.ts'

/** What this machine can run images with, each engine tried; `wherry doctor` shows it. */
export interface Examination {
  readonly sandbox: Looked
  readonly docker: Looked
  readonly podman: Looked
  /** The one that is used; null when there is none. */
  readonly chosen: { readonly name: EngineName; readonly why: string } | null
}

export type Looked =
  | { readonly ok: true; readonly limits: Limits; readonly version: string | null; readonly at: string | null }
  | { readonly ok: false; readonly error: WherryError }

export async function examineEngines(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Examination> {
  const [sandbox, docker, podman] = await Promise.all([lookAtSandbox(), lookAt('docker', env), lookAt('podman', env)])
  const found = { sandbox, docker, podman }
  return { ...found, chosen: choose(found, namedEngine(env)) }
}

/** The order of chooseEngine. */
function choose(found: Omit<Examination, 'chosen'>, named: EngineName | null): Examination['chosen'] {
  if (named !== null) return found[named].ok ? { name: named, why: 'WHERRY_ENGINE names it' } : null
  if (found.sandbox.ok) return { name: 'sandbox', why: 'it needs no daemon and starts fastest' }
  const name = (['docker', 'podman'] as const).find(each => found[each].ok)
  return name ? { name, why: found.sandbox.error.why ?? found.sandbox.error.what } : null
}

async function lookAtSandbox(): Promise<Looked> {
  const support = await sandboxSupport()
  return support.ok ? { ...support, version: null, at: null } : support
}

async function lookAt(name: 'docker' | 'podman', env: Readonly<Record<string, string | undefined>>): Promise<Looked> {
  const { connectDaemon } = await import('./docker/index.ts')
  try {
    const daemon = await connectDaemon(name, env)
    return { ok: true, limits: daemon.limits, version: `${daemon.name} ${daemon.version}`, at: daemon.from }
  } catch (error) {
    if (isWherryError(error)) return { ok: false, error }
    throw error
  }
}
