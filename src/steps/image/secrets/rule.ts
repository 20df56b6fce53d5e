/** How a kind of secret is recognised. */
export interface Rule {
  /** With its article, for people: `a GitHub token`. */
  readonly what: string
  /** Texts one of which stands in every such secret: where none is there, the pattern is not tried. */
  readonly marks: readonly string[]
  /** Global. Its first group, where it has one, is the secret itself. */
  readonly pattern: RegExp
  /** Tells a real one from an example; without it, whether the secret looks random. */
  readonly isReal?: (secret: string, match: RegExpExecArray) => boolean
  /** True when a checksum or a signature inside proves it: then no example and no test can look like it by chance. */
  readonly proves?: boolean
}
