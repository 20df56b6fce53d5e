/** The evidence for a fact: the lines of the repository that say so. Paths are relative to the repository's root. */
export type Because = readonly Reason[]

export interface Reason {
  readonly file: string
  /** 1-based; null when the whole file, or its presence, is the reason. */
  readonly line: number | null
  /** The line itself, or a short statement of what was seen. */
  readonly text: string
}
