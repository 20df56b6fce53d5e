import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { collect } from './collect.ts'

/** The only file that starts programs. An argv array always; never a shell, so nothing a repository holds is ever parsed as one. */

export interface ExecOptions {
  readonly cwd?: string
  /** The whole environment of the child; without it the child gets ours. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Milliseconds until the child is killed, and what it started is no longer listened to. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** Called with each line the child prints, without its newline. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Most bytes kept of each stream (the last ones); 16 MiB without it. */
  readonly keep?: number
}

export interface ExecResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** Runs a program to its end. Rejects only when it cannot be started (ENOENT, EACCES); a non-zero exit is a result. */
export async function exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
  const [program, ...args] = argv
  const child = spawn(program, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    shell: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: withoutKey(options.env ?? process.env),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const keep = options.keep ?? 16 * 1024 * 1024
  const stdout = collect(child.stdout, keep, line => options.onLine?.(line, 'stdout'))
  const stderr = collect(child.stderr, keep, line => options.onLine?.(line, 'stderr'))
  child.stdin?.on('error', () => {}) // A child that ends before it read its input is judged by its exit code.
  if (options.input !== undefined) child.stdin?.end(options.input)

  let timedOut = false
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true
          child.kill('SIGKILL')
          letGo(child)
        }, options.timeout)
  try {
    const [code, signal] = await ended(child)
    return { code, signal, stdout: await stdout, stderr: await stderr, timedOut }
  } finally {
    clearTimeout(timer)
  }
}

/** Starts a program and hands it over, for servers and for streams that must not be collected. */
export function start(argv: readonly [string, ...string[]], options: SpawnOptions = {}): ChildProcess {
  const [program, ...args] = argv
  return spawn(program, args, { ...options, env: withoutKey(options.env ?? process.env), shell: false })
}

/** The key that opens encrypted files is for no other program, whoever made its environment. */
function withoutKey(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { WHERRY_AGE_IDENTITY: _, ...env } = given
  return env
}

/** Milliseconds for the last words of a program that was killed. */
const lastWords = 200

/** A program that the child started may hold its streams for as long as it likes. */
function letGo(child: ChildProcess): void {
  const close = (): void => {
    setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, lastWords)
  }
  if (child.exitCode !== null || child.signalCode !== null) close()
  else child.once('exit', close)
}

function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve([code, signal]))
  })
}
