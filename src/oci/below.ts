/** What the layers below hold, as far as a layer above must know it: it may not hide a link, nor change a directory by accident. */
export interface Below {
  /** Paths of symbolic links. */
  readonly links: ReadonlySet<string>
  readonly directories: ReadonlyMap<string, Attributes>
}

export interface Attributes {
  readonly mode: number
  readonly owner: number
}

export const nothingBelow: Below = { links: new Set(), directories: new Map() }
