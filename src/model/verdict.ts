/** The result of asking the running release, from outside, whether it serves. */
export interface Verdict {
  readonly ok: boolean
  readonly checks: readonly Check[]
}

export interface Check {
  readonly name: string
  readonly ok: boolean
  /** What was seen, in one line. */
  readonly detail: string
  /** Milliseconds. */
  readonly took: number
}

/** The result of running the app's own tests and checks inside the image. */
export interface Proof {
  readonly ok: boolean
  readonly checks: readonly Check[]
}
