import { parseDiskPath, type DiskPath } from './path.ts'

/**
 * A value only the machine knows, where the configuration is written before the machine is known, as inside an image: a word
 * between @ that a launcher replaces. What it puts there must be a bare word: no space, quote, `;`, `{`, `$` or `#`.
 */
export type Hole = `@${Uppercase<string>}@`

/** A place below a directory only the machine knows. Error: `invalid-edge`. */
export function pathBelow(hole: Hole, name: string): DiskPath {
  return `${hole}${parseDiskPath(`/${name}`)}` as DiskPath
}

export function isHole(value: unknown): value is Hole {
  return typeof value === 'string' && /^@[A-Z]+@$/.test(value)
}
