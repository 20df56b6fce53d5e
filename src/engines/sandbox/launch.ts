import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { start } from '../../kit/exec.ts'
import { sandboxUnavailable } from '../errors.ts'
import type { Exit, Limits } from '../engine.ts'
import type { SandboxCommand } from './command.ts'
import { explain } from './explain.ts'
import { machineFacts } from './machine.ts'
import { readReport, type Outcome } from './report.ts'
import type { Spec } from './spec.ts'

/** A started keeper (see runtime/sandbox.py), before its sandbox is known to run. */
export interface Launched {
  readonly child: ReturnType<typeof start>
  /** Resolves when the program runs; rejects with the error to show when it does not. */
  readonly started: Promise<Limits>
  /** Resolves when all is over and the streams are closed. */
  readonly exited: Promise<Exit>
  /** Kills everything inside and lets the keeper tidy up. */
  readonly kill: () => void
}

/** Starts a keeper and hands it the spec by a pipe, so that secrets in the environment never touch a disk. */
export function launch(
  command: SandboxCommand,
  spec: Spec,
  stdio: readonly ('ignore' | 'inherit' | 'pipe' | number)[],
): Launched {
  const child = start([...command.argv, 'fd:3', 'fd:4'], { stdio: [...stdio, 'pipe', 'pipe'], env: {} })
  const report = readReport(child.stdio[4] as Readable)
  const input = child.stdio[3] as Writable
  input.on('error', () => {}) // A keeper that ends before it read its spec is judged by its report.
  input.end(JSON.stringify(spec))
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const exited = (async () => {
    const [code, signal] = await closed
    return (await report.end) ?? { code, signal, outOfMemory: false }
  })()
  const started = (async () => limitsOf(await report.first, spec))()
  // Whoever waits for one of them first must not be told of the other by an unhandled rejection.
  for (const promise of [exited, started]) promise.catch(() => {})
  return { child, started, exited, kill: () => end(child) }
}

/** SIGALRM lets the keeper tidy up; SIGKILL is for one that hangs, say in a mount of a dead network file system. */
function end(child: Launched['child']): void {
  child.kill('SIGALRM')
  setTimeout(() => child.kill('SIGKILL'), 5000).unref()
}

function limitsOf(outcome: Outcome | null, spec: Spec): Limits {
  if (outcome && 'started' in outcome) return outcome.started
  if (outcome) throw explain(outcome.failed, machineFacts(), { argv0: spec.argv[0], cwd: spec.cwd })
  throw sandboxUnavailable({
    what: 'The sandbox ended while it was being made.',
    why: 'Its process was killed, or its Python could not be started.',
    next: 'Try again; when it happens every time, use the docker or podman engine.',
  })
}
