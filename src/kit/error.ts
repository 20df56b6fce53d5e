/**
 * Errors a user meets. Each is a catalogue entry made by `defineError` in an `errors.ts` beside its thrower; docs/errors.md
 * is generated from those files. A mistake of ours stays a plain Error and is reported as a bug.
 */

/** Exit codes: 1 the app or its settings, 2 usage, 10 rolled back, 11 unknown, 12 locked, 75 try again (sysexits EX_TEMPFAIL). */
export type ExitCode = 1 | 2 | 10 | 11 | 12 | 75

export interface ErrorEntry {
  /** Permanent: scripts and docs anchors depend on it. */
  readonly code: string
  /** One line for the reference. */
  readonly title: string
  /** A paragraph for the reference: when it happens and how to get out. */
  readonly help: string
  readonly exit?: ExitCode
}

/** Something to look at: a place in the repository, the app's last log lines, or candidates to choose from. */
export interface Evidence {
  readonly file?: string
  readonly line?: number | null
  readonly text: string
}

export interface ErrorFacts {
  /** What happened, in one sentence. */
  readonly what: string
  /** Why it happened, or what was seen. */
  readonly why?: string
  /** What to do now, in the imperative. */
  readonly next: string
  readonly evidence?: readonly Evidence[]
  readonly cause?: unknown
}

export class WherryError extends Error {
  override readonly name = 'WherryError'
  readonly code: string
  readonly exit: ExitCode
  readonly what: string
  readonly why: string | null
  readonly next: string
  readonly evidence: readonly Evidence[]

  constructor(entry: ErrorEntry, facts: ErrorFacts) {
    super(facts.what, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = entry.code
    this.exit = entry.exit ?? 1
    this.what = facts.what
    this.why = facts.why ?? null
    this.next = facts.next
    this.evidence = facts.evidence ?? []
  }

  toJSON(): object {
    const { code, what, why, next, evidence } = this
    return { code, what, why, next, ...(evidence.length > 0 ? { evidence } : {}) }
  }
}

export interface ErrorMaker {
  (facts: ErrorFacts): WherryError
  readonly entry: ErrorEntry
}

/** A catalogue entry, callable with the facts of one occurrence: `throw noWebApp({ what, next })`. */
export function defineError(entry: ErrorEntry): ErrorMaker {
  return Object.assign((facts: ErrorFacts) => new WherryError(entry, facts), { entry })
}

/** True for an error of the catalogue, whichever entry, or for exactly the entry given. */
export function isWherryError(error: unknown, maker?: ErrorMaker): error is WherryError {
  return error instanceof WherryError && (maker === undefined || error.code === maker.entry.code)
}
