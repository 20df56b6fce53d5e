import type { Face } from './face/index.ts'

/** A command as a value: what the help says of it, and where its code is. The code is loaded when the command runs. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** As commander writes them: `[path]`, `<release>`, `[argv...]`; each with its explanation. */
  readonly arguments?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, string>>
  /** Options after the first argument belong to the command that is run. */
  readonly passThrough?: boolean
  readonly load: () => Promise<{ readonly run: CommandRun }>
}

export type CommandRun = (call: Call) => Promise<number | void>

export interface Call {
  readonly face: Face
  readonly arguments: readonly (string | readonly string[] | undefined)[]
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
}
