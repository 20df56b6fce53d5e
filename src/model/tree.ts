/**
 * A file tree: what `debian` and `python` produce and `oci` consumes. Paths are relative, '/'-separated, without a leading or
 * trailing slash and without `.` or `..`; compare them by bytes. Modes are the permission bits only (0o755); owners are numeric.
 */
export type Entry = FileEntry | DirectoryEntry | LinkEntry

/** Where a file's bytes are: in memory, or a file on this machine (absolute path) that does not change any more. */
export type Bytes = { readonly data: Uint8Array } | { readonly file: string }

interface Common {
  readonly path: string
  /** Numeric user and group, the same number; 0 where absent. */
  readonly owner?: number
}

export interface FileEntry extends Common {
  readonly kind: 'file'
  readonly mode: number
  readonly size: number
  readonly bytes: Bytes
}

export interface DirectoryEntry extends Common {
  readonly kind: 'directory'
  readonly mode: number
}

export interface LinkEntry extends Common {
  readonly kind: 'link'
  /** As written in the link: relative or absolute. */
  readonly target: string
}

/** Entries in any order, each path once. Parent directories may be missing: whoever writes a layer adds them (0755, root). */
export type Tree = readonly Entry[]
