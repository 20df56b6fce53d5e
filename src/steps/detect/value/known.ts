import type { EnvironmentRead } from './environment.ts'

/** What a settings value is as far as reading tells: text, a place in the repository, or a variable of the environment. */
export interface Known {
  readonly text: string | null
  /** A path relative to the repository's root; null when it is none, or leads out of it. */
  readonly path: string | null
  /** The environment variable it is read from, when it is. */
  readonly environment: EnvironmentRead | null
}

export const unknown: Known = { text: null, path: null, environment: null }
