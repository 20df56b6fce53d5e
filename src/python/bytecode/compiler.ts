import { rm } from 'node:fs/promises'
import type { Cache } from '../../kit/cache.ts'
import { describeRun, makePlaces, type Places, type PythonRun } from './job.ts'

/** Runs it to its end and gives its stdout; rejects when it cannot be started or fails. */
export type RunPython = (run: PythonRun) => Promise<string>

/** A run of runtime/compile.py that was started and waits to be told of its sources. It compiles once. */
export interface Compiler {
  readonly places: Places
  /** Tells it of the sources, which lie in their places by now, and gives what it answers. */
  compile(sources: string): Promise<string>
  /** Ends it where it still waits, and removes its places. */
  clear(): Promise<void>
}

export interface StartOptions {
  readonly cache: Cache
  /** Directory under which it sees its places. */
  readonly at: string
}

export async function startCompiler({ cache, at }: StartOptions, run: RunPython): Promise<Compiler> {
  const scratch = await cache.scratch()
  const places = makePlaces(scratch)
  const sources = Promise.withResolvers<string>()
  const answer = run(describeRun(places, at, sources.promise))
  answer.catch(() => {}) // Heard of by whoever asks for it.
  return {
    places,
    compile(told) {
      sources.resolve(told)
      return answer
    },
    async clear() {
      sources.resolve('')
      await rm(scratch, { recursive: true, force: true })
    },
  }
}

const spares = new Map<string, Compiler>()
/** Milliseconds until a spare one is started: what has just been made comes first. */
const later = 1000

/** The one that stands by under this name, for one use. */
export function takeSpare(name: string): Compiler | null {
  const spare = spares.get(name) ?? null
  spares.delete(name)
  return spare
}

/**
 * Starts one to stand by for the next time this process compiles by the same interpreter: starting takes ten times as long as
 * compiling the one file that was changed. It ends with this process.
 */
export function keepSpare(name: string, options: StartOptions, run: RunPython): void {
  setTimeout(() => {
    if (!spares.has(name)) standBy(name, options, run).catch(() => {}) // Then one is started when it is needed, and says what is wrong.
  }, later).unref()
}

async function standBy(name: string, options: StartOptions, run: RunPython): Promise<void> {
  const ended = Promise.withResolvers<void>()
  const spare = await startCompiler(options, given => run(given).finally(ended.resolve))
  spares.set(name, spare)
  await ended.promise
  // One that was killed meanwhile helps nobody.
  if (spares.get(name) === spare) takeSpare(name)
  await spare.clear()
}
