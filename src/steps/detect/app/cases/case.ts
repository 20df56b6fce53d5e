/** A small repository and what must be found in it. The runner is find-app.test.ts; a table here is one framework or one rule. */
export interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** `flask wsgi app:app`, `flask wsgi app:create_app()`, `streamlit own app.py`, or the code of a refusal. */
  readonly expect: string
  /** `root` and `path`, where they are not the repository's own. */
  readonly root?: string
  readonly path?: string
  /** Where the packages are declared, when not in the root. */
  readonly manifests?: string
  readonly server?: string
  readonly settings?: string
  readonly notes?: readonly string[]
  /** Words of the refusal. */
  readonly says?: string
  /** From the configuration. */
  readonly app?: string
  readonly in?: string
}
