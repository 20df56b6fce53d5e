import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, constants } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { sandboxCommand } from '../../engines/sandbox/command.ts'
import { findPython } from '../../engines/sandbox/python.ts'
import { start } from '../../kit/exec.ts'
import { diskFull } from '../../kit/errors.ts'
import { agentFailed, noPython } from './errors.ts'
import { installRuntime, isInstalled } from './runtime.ts'
import { plain, sessionWith } from './session.ts'
import type { Transport } from './transport.ts'

export interface LocalOptions {
  readonly home: string
  /** Layers whose Python runs the agent where the machine has none: our signed base. Remembered for later commands. */
  readonly trustedLayers?: readonly string[]
}

type Argv = readonly [string, ...string[]]

interface Ready {
  /** Starts the agent; append a command. */
  readonly agent: Argv
  readonly python: Argv
  /** Where the Python that stays on this machine lies. */
  readonly runtime: string
}

/** This machine as a host: the agent is a child of ours, its files lie beside the state. */
export function localTransport({ home, trustedLayers = [] }: LocalOptions): Transport {
  const state = dirname(home)
  let known: Promise<Ready> | undefined
  const ready = (): Promise<Ready> => (known ??= prepare(state, trustedLayers))
  return {
    pid: process.pid,
    name: null,
    call: async (command, request) => sessionWith((await ready()).agent).call(command, request),
    async *stream(command, request, signal) {
      yield* stream((await ready()).agent, command, request, signal)
    },
    attach: async (command, request) => attach((await ready()).agent, command, request),
    async sandbox() {
      const { runtime, python } = await ready()
      const { argv, places } = await sandboxCommand({ python, cache: join(state, 'runtime') })
      const processors = availableParallelism()
      return { argv: [...argv.slice(0, -1), join(runtime, 'sandbox.py')], ...places, processors, place: given => given }
    },
  }
}

/**
 * Starts the agent of this machine ahead of the first question, for Python takes as long to start as a small repository to be read.
 * Nothing is made for it: where no app was released before, it is started when it is needed.
 */
export function wakeAgent(state: string): void {
  if (!isInstalled(state)) return
  // What may be wrong is said when something is asked.
  prepare(state, []).then(
    ({ agent }) => sessionWith(agent),
    () => {},
  )
}

async function prepare(state: string, layers: readonly string[]): Promise<Ready> {
  const [runtime, python] = await Promise.all([installed(state), pythonFor(state, layers)])
  return { agent: [...python, '-I', '-S', '-X', 'utf8', join(runtime, 'agent')], runtime, python }
}

/** Its input stays open for as long as we read: its end tells the agent that we have gone. */
async function* stream(agent: Argv, command: string, request: object, signal?: AbortSignal): AsyncGenerator<string> {
  const child = start([...agent, command], { stdio: ['pipe', 'pipe', 'inherit'], env: plain })
  const end = (): void => void child.kill()
  signal?.addEventListener('abort', end)
  try {
    child.stdin?.write(`${JSON.stringify(request)}\n`)
    if (child.stdout) yield* createInterface({ input: child.stdout })
  } finally {
    signal?.removeEventListener('abort', end)
    end()
  }
}

async function attach(agent: Argv, command: string, request: object): Promise<number> {
  const words = Buffer.from(JSON.stringify(request)).toString('base64')
  const child = start([...agent, command, words], { stdio: 'inherit', env: plain })
  // The terminal sends Ctrl-C to both; what it means is the program's to decide.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    return code ?? 128 + (signal ? constants.signals[signal] : 0)
  } finally {
    process.off('SIGINT', ignore)
  }
}

async function installed(state: string): Promise<string> {
  try {
    return await installRuntime(state)
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw diskFull({
        what: `The disk that holds ${state} is full.`,
        next: 'Free some space and try again.',
        cause: error,
      })
    }
    throw agentFailed({
      what: `${path ?? state} cannot be written.`,
      why: message,
      next: 'Set WHERRY_STATE to a directory you own.',
    })
  }
}

/** The machine's Python, else an image's; that one is remembered, because later commands come without an image. */
async function pythonFor(state: string, layers: readonly string[]): Promise<Argv> {
  const memory = join(state, 'runtime', 'python.json')
  const machine = await findPython()
  if (machine) return machine
  const found = await findPython(layers)
  if (found) {
    await mkdir(dirname(memory), { recursive: true, mode: 0o700 })
    await writeFile(memory, JSON.stringify(found))
    return found
  }
  if (existsSync(memory)) {
    const argv = JSON.parse(readFileSync(memory, 'utf8')) as Argv
    if (existsSync(argv[0])) return argv
  }
  throw noPython({
    what: 'No Python can be found to run the agent with.',
    why: 'It keeps releases running, and needs Python 3.9 or newer: the machine’s own or that of an image made here.',
    next: 'Run `wherry up` in the app, or install python3.',
  })
}
