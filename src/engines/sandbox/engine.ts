import type { Container, Engine, Exit, Running, RunOptions, RunResult, StartOptions } from '../engine.ts'
import { sandboxCommand, type SandboxCommand, type SandboxOptions } from './command.ts'
import { launch, type Launched } from './launch.ts'
import { collect } from '../../kit/collect.ts'
import { specOf, type Spec } from './spec.ts'

/** The engine that needs no daemon. What it starts ends with this process, whatever way that ends. */
export async function sandboxEngine(options: SandboxOptions = {}): Promise<Engine> {
  const command = await sandboxCommand(options)
  return {
    name: 'sandbox',
    sharesFiles: true,
    run: (container, runOptions) => run(command, container, runOptions),
    start: (container, startOptions) => begin(command, container, startOptions),
  }
}

async function run(command: SandboxCommand, container: Container, options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted()
  const launched = launch(command, specFor(command, container), [
    options.input === undefined ? 'ignore' : 'pipe',
    'pipe',
    'pipe',
  ])
  const stdout = collect(launched.child.stdout, options.keep, line => options.onLine?.(line, 'stdout'))
  const stderr = collect(launched.child.stderr, options.keep, line => options.onLine?.(line, 'stderr'))
  let timedOut = false
  let over = false
  let timer: NodeJS.Timeout | undefined
  const limit = (): void => {
    if (over || options.timeout === undefined) return
    timer = setTimeout(() => {
      timedOut = true
      launched.kill()
    }, options.timeout)
  }
  // What never becomes known is no reason to keep a program that waits for it.
  void feed(launched.child, options.input).then(limit, launched.kill)
  options.signal?.addEventListener('abort', launched.kill)
  try {
    const limits = await launched.started
    const exit = await launched.exited
    options.signal?.throwIfAborted()
    return { ...exit, stdout: await stdout, stderr: await stderr, timedOut, limits }
  } catch (error) {
    options.signal?.throwIfAborted() // Killed while starting: that it did not start is no news.
    throw error
  } finally {
    over = true
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', launched.kill)
  }
}

async function begin(command: SandboxCommand, container: Container, options: StartOptions = {}): Promise<Running> {
  const stdio = options.stdio ?? 'ignore'
  const launched = launch(
    command,
    specFor(command, container),
    typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio,
  )
  const limits = await launched.started
  const { pid } = launched.child
  if (pid === undefined) throw new Error('sandbox: started without a process')
  const stop = (signal: NodeJS.Signals = 'SIGTERM', graceMs = 10_000): Promise<Exit> => end(launched, signal, graceMs)
  return { pid, limits, exited: launched.exited, stop }
}

async function end(launched: Launched, signal: NodeJS.Signals, graceMs: number): Promise<Exit> {
  if (signal === 'SIGKILL') launched.kill()
  else launched.child.kill(signal)
  const timer = setTimeout(launched.kill, graceMs)
  try {
    return await launched.exited
  } finally {
    clearTimeout(timer)
  }
}

async function feed(child: Launched['child'], input: RunOptions['input']): Promise<void> {
  child.stdin?.on('error', () => {}) // A program that ends before it read its input is judged by its exit code.
  const known = await input
  if (known !== undefined) child.stdin?.end(known)
}

function specFor(command: SandboxCommand, container: Container): Spec {
  return specOf(container, { places: command.places, parent: process.pid })
}
