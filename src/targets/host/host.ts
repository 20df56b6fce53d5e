import type { Secret } from '../../kit/secret.ts'
import type { Report } from '../../model/event.ts'
import type { Plan } from '../../model/plan.ts'
import type { Release } from '../../model/release.ts'
import type { Operation } from '../../model/target.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { GivenSecrets } from '../../secrets/index.ts'
import type { MadeImage } from '../../steps/image/index.ts'

/** What can be asked of one app on one host. Every method throws errors of the catalogue; docs/errors.md names them. */
export interface Host {
  /** Where everything of the app lies on the host, absolute. */
  readonly home: string
  /**
   * Releases an image with zero dropped requests, or restores what was. What already serves unchanged is left alone.
   * `rolled-back` (exit 10): failed, and the release before serves on; any other error: nothing serves that did not before.
   */
  deploy(request: DeployRequest): Promise<Deployed>
  /** The operations `deploy` would run, as far as they are known before anything is done. */
  plan(request: DeployRequest): Promise<readonly Operation[]>
  /** Starts release `number` again (without it, the one that served before) and switches to it. Data stays as it is. */
  rollback(number: number | null, options: ChangeOptions): Promise<Deployed>
  /** Looks, changes nothing; takes no lock. */
  status(): Promise<Status>
  /** What the processes printed, oldest first. With `follow` it ends only when `signal` aborts. */
  logs(query?: LogQuery): AsyncIterable<LogLine>
  /** Runs a command in the current release's image, with its environment and data; stdio is ours. Resolves to its exit code. */
  run(argv: readonly [string, ...string[]]): Promise<number>
  /** Stops the edge and every process. Releases, data and secrets stay; the next `deploy` brings them back. */
  down(options: ChangeOptions): Promise<void>
  /** Takes the lock by force and repairs what an interrupted run left. */
  recover(options: ChangeOptions): Promise<Status>
  /** Sets (a value) or removes (null) secrets that the host keeps by itself; the next deploy uses them, where it gives no others. */
  setSecrets(values: Readonly<Record<string, string | null>>, options: ChangeOptions): Promise<void>
  /** Names only: values are never shown. */
  secretNames(): Promise<readonly string[]>
}

export interface ChangeOptions {
  readonly report: Report
  /** Stops at the next safe point and takes back what was done. */
  readonly signal?: AbortSignal
}

export interface DeployRequest extends ChangeOptions {
  readonly plan: Plan
  readonly made: Pick<MadeImage, 'image' | 'layers' | 'statics' | 'lock'>
  /** Given for this environment: wins over secrets and over the plan's `env`. */
  readonly env?: Readonly<Record<string, string>>
  /** Of the repository, for the release's record. */
  readonly commit?: string | null
  /** All of this environment, instead of those given before; they win over what the host has made. Without any those of before stay. */
  readonly secrets?: GivenSecrets | null
  /** Without it: where the edge listens already, else 127.0.0.1:8000. */
  readonly listen?: ListenAt
  /** Instead of 127.0.0.1:8000. */
  readonly usual?: ListenAt
  /** For a `listen` with TLS that fetches none itself. */
  readonly certificate?: Certificate
  readonly limits?: { readonly memory?: number; readonly pids?: number }
}

export interface ListenAt {
  readonly address: string
  readonly port: number
  /** The names it answers to, the main one first; requests for others are closed. Without them it answers to all. */
  readonly names?: readonly string[] | undefined
  /** It speaks HTTPS there. `plain` is the port whose requests are sent on to it, null for none. */
  readonly tls?:
    | { readonly plain: number | null; readonly hsts: boolean; readonly acme?: AcmeAt | undefined }
    | undefined
}

/** Where the host itself fetches its certificate, and renews it. */
export interface AcmeAt {
  /** The URL of the server's directory (RFC 8555 §7.1.1). */
  readonly directory: string
  /** Whom it may write to; null for nobody. */
  readonly email: string | null
  /** Certificates it is trusted by, as PEM, where the host's own do not say so. */
  readonly roots: string | null
}

/** What proves to browsers that a name is this server's, both as PEM. */
export interface Certificate {
  /** The server's own first, then those that signed it. */
  readonly chain: string
  readonly key: Secret
}

export interface Deployed {
  /** `already-serving`: nothing was changed. `restarted`: the same release, which did not run. `edge`: only the edge was changed. */
  readonly outcome: 'released' | 'already-serving' | 'restarted' | 'edge' | 'rolled-back-to'
  readonly release: Release
  /** `http://127.0.0.1:8000/`, with the address people can open. */
  readonly url: string
  /** Null when nothing was changed. */
  readonly verdict: Verdict | null
  /** Connections the old release still had when its time to finish was over: streams, WebSockets, long requests. */
  readonly cut: number
}

export interface Status {
  readonly home: string
  /** Null when nothing is released. */
  readonly current: Release | null
  readonly releases: readonly Release[]
  readonly url: string | null
  readonly processes: readonly ProcessStatus[]
  /** Pid of the holder, null when none runs: then nothing runs. */
  readonly holder: number | null
  readonly lock: { readonly epoch: number; readonly owner: string | null }
  /** True when an earlier run was interrupted: the next command repairs it. */
  readonly interrupted: boolean
  /** Of the certificate that the host fetches itself; null where it does not. Milliseconds since the epoch. */
  readonly certificate: { readonly until: number | null; readonly failed: string | null } | null
}

export interface ProcessStatus {
  /** `release-3`, `workers-3`, `edge`. */
  readonly group: string
  readonly name: string
  readonly state: 'running' | 'restarting' | 'ended'
  readonly pid: number | null
  readonly code: number | null
  readonly restarts: number
  /** Since it was last started. */
  readonly seconds: number
}

export interface LogQuery {
  readonly follow?: boolean
  /** Milliseconds since the epoch. */
  readonly since?: number
  readonly process?: string
  /** Only the last so many lines. */
  readonly last?: number
  readonly signal?: AbortSignal
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly group: string
  readonly process: string
  readonly text: string
}
