import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { damagedImage, fileChanged } from './errors.ts'

/**
 * Lays files out in a new directory that nobody else writes to, as the current user. What was made is remembered, so that no
 * path of a hostile archive is ever followed through a link: the file system is not asked.
 *
 * Owners are ignored and directories stay usable by their owner, whatever their mode, so that the result can be read and removed.
 * Paths are relative and safe (`orderEntries`, `readSafely`). Throws `damaged-image` for a path through a link or a file.
 */
export interface Site {
  readonly root: string
  /** Of every entry, whole seconds since 1970. */
  readonly mtime: number
  /** What lies where. */
  readonly kinds: Map<string, 'file' | 'directory' | 'link'>
}

/** Makes the directory `root`. */
export function openSite(root: string, mtime: number): Site {
  mkdirSync(root)
  chmodSync(root, 0o755)
  return { root, mtime, kinds: new Map([['', 'directory']]) }
}

/** A directory that is there already gets the mode and keeps what it holds. */
export function layDirectory(site: Site, path: string, mode: number): void {
  if (site.kinds.get(path) !== 'directory') mkdirSync(prepare(site, path, 'directory'))
  chmodSync(join(site.root, path), (mode & 0o1777) | 0o700)
}

export function layLink(site: Site, path: string, target: string): void {
  const place = prepare(site, path, 'link')
  symlinkSync(target, place)
  lutimesSync(place, site.mtime, site.mtime)
}

export interface OpenFile {
  write(chunk: Uint8Array): void
  close(): void
}

/** A file to be written; whoever asks closes it. */
export function layFile(site: Site, path: string, mode: number): OpenFile {
  const place = prepare(site, path, 'file')
  const fd = openSync(place, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  return {
    write(chunk) {
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at)
    },
    close() {
      closeSync(fd)
      settle(site, place, mode)
    },
  }
}

export interface Original {
  readonly file: string
  /** Bytes it must have. */
  readonly size: number
  /** True when its bytes and mode never change, so that it may be linked instead of copied. */
  readonly constant: boolean
}

/** A file that this machine has: linked where that changes nothing about it, otherwise cloned or copied. Throws `file-changed`. */
export function takeFile(site: Site, path: string, mode: number, { file, size, constant }: Original): void {
  const place = prepare(site, path, 'file')
  const seen = lstatSync(file)
  if (!seen.isFile() || seen.size !== size) throw changed(file)
  if (constant && (seen.mode & 0o7777) === fileMode(mode) && tryLink(site, file, place, seen)) return
  copyFileSync(file, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  if (lstatSync(place).size !== size) throw changed(file)
  settle(site, place, mode)
}

/** A second name for a file laid out before. */
export function layHardlink(site: Site, path: string, target: string): void {
  if (site.kinds.get(target) !== 'file' || target.startsWith(`${path}/`))
    throw refuse(`/${path} is a hard link to /${target}, which is no file of this image`)
  if (path !== target) linkSync(join(site.root, target), prepare(site, path, 'file'))
}

/** Removes a path and what is below it; nothing happens when there is none. */
export function removePath({ root, kinds }: Site, path: string): void {
  if (path === '' || !kinds.has(path)) return
  rmSync(join(root, path), { recursive: true })
  if (kinds.get(path) === 'directory')
    for (const known of kinds.keys()) if (known.startsWith(`${path}/`)) kinds.delete(known)
  kinds.delete(path)
}

/** Removes everything in a directory but the paths of `own`, which hold their parents. */
export function emptyDirectory(site: Site, path: string, own: ReadonlySet<string>): void {
  const below = path === '' ? '' : `${path}/`
  const inside = site.kinds.keys().filter(known => known !== '' && known.startsWith(below) && !own.has(known))
  for (const known of [...inside].sort().reverse()) removePath(site, known)
}

/** Gives every directory its time; the last thing to do, for each entry made in a directory changes it. */
export function finishSite({ root, mtime, kinds }: Site): void {
  for (const [path, kind] of kinds) if (kind === 'directory') utimesSync(join(root, path), mtime, mtime)
}

/** Where `path` goes: parents are made when missing, what lies there is removed. */
function prepare(site: Site, path: string, kind: 'file' | 'directory' | 'link'): string {
  if (path === '') throw refuse('an entry has no name')
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  const lies = site.kinds.get(parent)
  if (lies === undefined) layDirectory(site, parent, 0o755)
  else if (lies !== 'directory') throw refuse(`/${path} leads through the ${lies} /${parent}`)
  removePath(site, path)
  site.kinds.set(path, kind)
  return join(site.root, path)
}

function settle({ mtime }: Site, place: string, mode: number): void {
  chmodSync(place, fileMode(mode))
  utimesSync(place, mtime, mtime)
}

function fileMode(mode: number): number {
  return (mode & 0o777) | 0o400
}

/**
 * A link shares mode and time with its original. The time of a file that has no other name yet says only when it was unpacked, so
 * it becomes the site's: linking the 3000 files of a base takes a fraction of copying them, and no room.
 */
function tryLink({ mtime }: Site, file: string, place: string, seen: Stats): boolean {
  const timed = seen.mtimeMs === mtime * 1000
  if (!timed && seen.nlink > 1) return false
  try {
    if (!timed) utimesSync(file, mtime, mtime)
    linkSync(file, place)
    return true
  } catch {
    // Another file system, too many links, or a kernel that lets only owners link: a copy does as well.
    return false
  }
}

function refuse(why: string): Error {
  return damagedImage({
    what: 'A layer cannot be unpacked.',
    why,
    next: 'Build the image again, or choose another base.',
  })
}

function changed(file: string): Error {
  return fileChanged({
    what: `${file} changed while it was packed.`,
    next: 'Stop whatever writes to it, then run the command again.',
  })
}
