/** One thing that Wherry uses of a machine. */
export interface Check {
  readonly name: string
  /** `needed`: absent, and nothing works without it. `absent`: absent, and it is only used where it is there. */
  readonly state: 'there' | 'absent' | 'needed'
  readonly text: string
  /** Where it was found, or why it is not. */
  readonly because: string
  /** What to do about it; null when there is nothing to do. */
  readonly next: string | null
}
