import type { Because } from '../../model/because.ts'
import type { Note } from '../../model/project.ts'

/** Notes are catalogue entries as errors are: docs/notes.md is generated from those that notes.ts makes. */

export interface NoteEntry {
  /** Permanent: scripts and docs anchors depend on it. */
  readonly code: string
  /** One line for the reference. */
  readonly title: string
  /** A paragraph for the reference: when it is said, and what to do, if anything. */
  readonly help: string
}

export interface NoteMaker {
  (text: string, because: Because): Note
  readonly entry: NoteEntry
}

/** An entry, callable with the text and the evidence of one occurrence. */
export function defineNote(entry: NoteEntry): NoteMaker {
  return Object.assign((text: string, because: Because): Note => ({ code: entry.code, text, because }), { entry })
}
