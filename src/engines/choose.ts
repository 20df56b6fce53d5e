import type { Cache } from '../kit/cache.ts'
import { isWherryError, type WherryError } from '../kit/error.ts'
import { list } from '../kit/text.ts'
import type { Engine } from './engine.ts'
import { engineUnavailable, sandboxUnavailable } from './errors.ts'
import { sandboxEngine } from './sandbox/engine.ts'
import type { SandboxOptions } from './sandbox/command.ts'

export type EngineName = Engine['name']
export const engineNames: readonly EngineName[] = ['sandbox', 'docker', 'podman']

export interface ChooseOptions {
  readonly cache: Cache
  /** Layers whose Python may enter the sandbox. */
  readonly trustedLayers: SandboxOptions['trustedLayers']
  /** WHERRY_ENGINE names the engine to use, whatever else there is. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Told once when another engine takes the sandbox's place, and why. */
  readonly onInstead?: (text: string) => void
}

/**
 * The engine that runs code in images on this machine: the one that is named, else the sandbox, else docker, else podman. Whether
 * sandboxes work is learnt from the first one, for asking beforehand would cost every machine where they do. Throws
 * `sandbox-unavailable` when there is none, `engine-unavailable` when the named one does not answer.
 */
export async function chooseEngine(options: ChooseOptions): Promise<Engine> {
  const named = namedEngine(options.env)
  if (named === 'docker' || named === 'podman') return openDaemonEngine(named, options)
  const inner = sandboxEngine(options.trustedLayers ? { trustedLayers: options.trustedLayers } : {})
  if (named === 'sandbox') return inner
  try {
    return withInstead(await inner, options)
  } catch (error) {
    return engineInstead(error, options)
  }
}

/** What WHERRY_ENGINE asks for; null when it leaves the choice to us. Throws `engine-unavailable` for a word that is none. */
export function namedEngine(env: ChooseOptions['env'] = process.env): EngineName | null {
  const word = env['WHERRY_ENGINE']
  if (!word) return null
  const found = engineNames.find(name => name === word)
  if (found) return found
  throw engineUnavailable({
    what: `There is no engine ${JSON.stringify(word.slice(0, 50))}.`,
    next: `Set WHERRY_ENGINE to ${list(engineNames, 'or')}, or unset it.`,
  })
}

function withInstead(sandbox: Engine, options: ChooseOptions): Engine {
  let instead: Promise<Engine> | undefined
  // What a sandbox refuses to begin has not run: another engine may run it.
  const either = async <T>(use: (engine: Engine) => Promise<T>): Promise<T> => {
    if (instead) return use(await instead)
    try {
      return await use(sandbox)
    } catch (error) {
      if (!isWherryError(error, sandboxUnavailable)) throw error
      return use(await (instead ??= engineInstead(error, options)))
    }
  }
  return {
    name: 'sandbox',
    sharesFiles: true,
    run: (container, more) => either(engine => engine.run(container, more)),
    start: (container, more) => either(engine => engine.start(container, more)),
  }
}

async function engineInstead(error: unknown, options: ChooseOptions): Promise<Engine> {
  if (!isWherryError(error, sandboxUnavailable)) throw error
  const refusals: string[] = []
  for (const name of ['docker', 'podman'] as const) {
    try {
      const engine = await openDaemonEngine(name, options)
      tellOnce(options, `${engine.name} runs what is run in the image: ${error.why ?? error.what}`)
      return engine
    } catch (refusal) {
      if (!isWherryError(refusal, engineUnavailable)) throw refusal
      refusals.push(`${refusal.what} ${refusal.why ?? ''}`.trim())
    }
  }
  throw withEvidence(error, refusals)
}

function withEvidence({ what, why, next, cause }: WherryError, texts: readonly string[]): WherryError {
  const evidence = texts.map(text => ({ text }))
  return sandboxUnavailable({ what, ...(why === null ? {} : { why }), next, evidence, cause })
}

const opened = new Map<string, Promise<Engine>>()
const told = new Set<string>()

/** One connection for a process: jobs are many. */
function openDaemonEngine(name: 'docker' | 'podman', { cache, env }: ChooseOptions): Promise<Engine> {
  const key = JSON.stringify([name, cache.root, env?.['DOCKER_HOST'], env?.['CONTAINER_HOST']])
  const found = opened.get(key) ?? open(name, cache, env)
  opened.set(key, found)
  found.catch(() => opened.delete(key))
  return found
}

async function open(name: 'docker' | 'podman', cache: Cache, env: ChooseOptions['env']): Promise<Engine> {
  const { dockerEngine } = await import('./docker/index.ts')
  return dockerEngine(name, { cache, ...(env ? { env } : {}) })
}

function tellOnce({ onInstead }: ChooseOptions, text: string): void {
  if (!told.has(text)) onInstead?.(text)
  told.add(text)
}
