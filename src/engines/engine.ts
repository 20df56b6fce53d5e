/** What runs an image on a machine. Three engines keep this contract (sandbox, docker, podman), so nothing above knows which it is. */
export interface Engine {
  readonly name: 'sandbox' | 'docker' | 'podman'
  /** Whether mounts are this machine's own directories; another machine's engine works on copies, and brings back what was written. */
  readonly sharesFiles: boolean
  /** Runs a container to its end. Rejects only when the program could not be started; a non-zero exit is a result. */
  run(container: Container, options?: RunOptions): Promise<RunResult>
  /** Starts a container that serves; resolves once its program runs. It ends with this process, unless the engine is a daemon. */
  start(container: Container, options?: StartOptions): Promise<Running>
}

export interface Container {
  /** Directories on this machine that hold the unpacked layers, lowest first. */
  readonly layers: readonly string[]
  /** The same image under the name an engine with a store of its own knows it by; the sandbox needs none. */
  readonly image?: string
  /** The program, looked up in the PATH of `env` when it has no slash. It becomes process 1. */
  readonly argv: readonly [string, ...string[]]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Numeric identity inside; 0 for build steps. It has no capability either way. */
  readonly user: { readonly uid: number; readonly gid: number }
  /** Working directory inside; it must exist. */
  readonly cwd: string
  readonly root: Root
  readonly mounts: readonly Mount[]
  /** Directories in memory, besides /tmp and /run, or instead of their default sizes. */
  readonly tmpfs: readonly Tmpfs[]
  /** `none`: a loopback of its own and nothing else. */
  readonly network: 'host' | 'none'
  readonly hostname: string
  /** Names it resolves without asking anyone, each with its address, before the machine's own. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Bytes of memory and swap; null for no limit. */
  readonly memoryLimit: number | null
  /** Processes and threads; null for no limit. */
  readonly pidsLimit: number | null
}

/**
 * `read-only`: as in production. `discarded`: writable, what is written vanishes. `upper`: writable, what is written is found in
 * this directory afterwards, in overlayfs form (a deleted file is a character device 0/0). A writable root belongs to the user; in docker
 * and podman all but its topmost directory.
 */
export type Root = 'read-only' | 'discarded' | { readonly upper: string }

export interface Mount {
  /** A file or directory of this machine, absolute. */
  readonly from: string
  /** Its place inside, absolute; made when the image lacks it. */
  readonly to: string
  readonly readonly: boolean
}

export interface Tmpfs {
  readonly to: string
  /** Bytes. */
  readonly size: number
}

export interface RunOptions {
  /** A promise: the program may be started before what it reads is known, and waits for it. */
  readonly input?: Input | Promise<Input>
  /** Milliseconds until everything in the container is killed, from when it has its input. */
  readonly timeout?: number
  /** Kills everything in the container when aborted. */
  readonly signal?: AbortSignal
  /** Called with each line the program prints, without its newline. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Most characters kept of each stream (the last ones); 16 Mi without it. */
  readonly keep?: number
}

export type Input = string | Uint8Array

export interface StartOptions {
  /** Where the program's streams go: nowhere, to ours, or to a file descriptor each. */
  readonly stdio?: 'ignore' | 'inherit' | readonly [stdin: Stream, stdout: Stream, stderr: Stream]
}

export type Stream = 'ignore' | 'inherit' | number

export interface Exit {
  /** Null when a signal ended the program. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The kernel killed something in the container because the memory limit was reached. */
  readonly outOfMemory: boolean
}

export interface RunResult extends Exit {
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  readonly limits: Limits
}

/** Whether the limits asked for hold; null for one that was not asked for. */
export interface Limits {
  readonly memory: 'enforced' | 'unavailable' | null
  readonly pids: 'enforced' | 'unavailable' | null
}

export interface Running {
  /** The process on this machine to signal: signals sent to it reach the program, its end is the container's end. */
  readonly pid: number
  readonly limits: Limits
  readonly exited: Promise<Exit>
  /** Sends the signal (SIGTERM without one) and kills what still runs after `graceMs` (10 s without one). */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<Exit>
}
