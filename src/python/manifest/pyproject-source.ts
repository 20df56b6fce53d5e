import type { ProjectFiles } from '../requirement/listed.ts'
import type { Table } from '../toml/read.ts'

/** A pyproject.toml as the readers of its parts share it. */
export interface PyprojectSource {
  readonly table: Table
  readonly text: string
  readonly file: string
  /** The directory it lies in. */
  readonly root: string
  readonly files: ProjectFiles
}
