import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { linkOutside } from '../../../kit/checkout/errors.ts'
import type { Entry } from '../../../model/tree.ts'
import { readRegular } from '../../../kit/regular-file.ts'

/** Where the repository lies in the image. */
export const appDirectory = 'app'

/** Bytes up to which a file is read, to be looked through for secrets. A larger one is data, and is packed from where it lies. */
const mostRead = 8 * 1024 ** 2

/** A file of the repository as an entry of the image; null when it has gone, or is no file. Throws `link-outside`. */
export function readEntry(root: string, file: string): Entry | null {
  const absolute = join(root, file)
  const status = lstatSync(absolute, { throwIfNoEntry: false })
  const path = `${appDirectory}/${file}`
  if (status?.isSymbolicLink()) return { kind: 'link', path, target: targetOf(root, file, absolute) }
  if (!status?.isFile()) return null
  // git keeps one bit of the mode; the umask of whoever cloned must not reach the image.
  const mode = status.mode & 0o100 ? 0o755 : 0o644
  const data = readRegular(root, file, mostRead)
  if (data === null) return { kind: 'file', path, mode, size: status.size, bytes: { file: absolute } }
  return { kind: 'file', path, mode, size: data.length, bytes: { data } }
}

/** Where a link leads, as the image must have it: an absolute one would name the directory that the repository lies in here. */
function targetOf(root: string, file: string, absolute: string): string {
  const target = readlinkSync(absolute)
  const real = realOf(absolute)
  const inside = real === null ? !isAbsolute(target) : real === root || real.startsWith(root + sep)
  if (!inside)
    throw linkOutside({
      what: `${file} is a link that leads out of the repository.`,
      next: `Replace ${file} with the file itself, remove it, or leave it out with image.exclude in wherry.toml.`,
      evidence: [{ file, text: 'symbolic link' }],
    })
  return real !== null && isAbsolute(target) ? relative(realpathSync(dirname(absolute)), real) || '.' : target
}

/** Null for a link to nothing: kept as it is when it is relative, for then it can only mean a place of the image. */
function realOf(absolute: string): string | null {
  try {
    return realpathSync(absolute)
  } catch {
    return null
  }
}

/** The text of a file that was read; '' for a large one. */
export function textOf(entry: Entry): string {
  return entry.kind === 'file' && 'data' in entry.bytes ? Buffer.from(entry.bytes.data).toString('latin1') : ''
}
