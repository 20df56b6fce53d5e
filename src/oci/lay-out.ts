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
} from 'node:fs'
import { join } from 'node:path'
import { damagedImage, fileChanged } from './errors.ts'

/**
 * Lays files out in a new directory that nobody else writes to, as the current user. What was made is remembered, so that no
 * path of a hostile archive is ever followed through a link: the file system is not asked.
 *
 * Owners are ignored and directories stay usable by their owner, whatever their mode, so that the result can be read and removed.
 */
export interface Site {
  directory(path: string, mode: number): void
  link(path: string, target: string): void
  /** Writes a file from its bytes. */
  file(path: string, mode: number): { write(chunk: Uint8Array): void; close(): void }
  /** Takes over a file of this machine that has `size` bytes: linked when `shared` and equal in all, otherwise copied (or cloned). */
  take(
    path: string,
    mode: number,
    from: { readonly file: string; readonly size: number; readonly shared: boolean },
  ): void
  /** A second name for a file laid out before. */
  hardlink(path: string, target: string): void
  /** Removes a path and what is below it; nothing happens when there is none. */
  remove(path: string): void
  /** Removes everything in a directory but the paths of `own`. */
  empty(path: string, own: ReadonlySet<string>): void
  /** Gives every directory its time; call it last. */
  finish(): void
}

type Kind = 'file' | 'directory' | 'link'

/** `mtime` is in whole seconds since 1970; `made` is the directory to create. */
export function openSite(made: string, mtime: number): Site {
  const kinds = new Map<string, Kind>([['', 'directory']])
  mkdirSync(made)
  chmodSync(made, 0o755)

  const prepare = (path: string, kind: Kind): string => {
    if (path === '') throw refuse('an entry without a name')
    const slash = path.lastIndexOf('/')
    const parent = slash < 0 ? '' : path.slice(0, slash)
    const lies = kinds.get(parent)
    if (lies === undefined) site.directory(parent, 0o755)
    else if (lies !== 'directory') throw refuse(`/${path} leads through the ${lies} /${parent}`)
    if (kinds.has(path)) site.remove(path)
    kinds.set(path, kind)
    return join(made, path)
  }

  const settle = (place: string, mode: number): void => {
    chmodSync(place, (mode & 0o777) | 0o400)
    utimesSync(place, mtime, mtime)
  }

  const forget = (path: string): void => {
    const below = `${path}/`
    for (const known of kinds.keys()) if (known.startsWith(below)) kinds.delete(known)
  }

  const site: Site = {
    directory(path, mode) {
      const there = kinds.get(path) === 'directory'
      const place = there ? join(made, path) : prepare(path, 'directory')
      if (!there) mkdirSync(place)
      chmodSync(place, (mode & 0o1777) | 0o700)
    },
    link(path, target) {
      const place = prepare(path, 'link')
      symlinkSync(target, place)
      lutimesSync(place, mtime, mtime)
    },
    file(path, mode) {
      const place = prepare(path, 'file')
      const fd = openSync(
        place,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
        0o600,
      )
      return {
        write(chunk) {
          for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at)
        },
        close() {
          closeSync(fd)
          settle(place, mode)
        },
      }
    },
    take(path, mode, { file, size, shared }) {
      const place = prepare(path, 'file')
      const seen = lstatSync(file)
      if (!seen.isFile() || seen.size !== size) throw changed(file)
      // A link shares mode and time with its original, which must not change: only a file that has both already is linked.
      const same = (seen.mode & 0o7777) === ((mode & 0o777) | 0o400) && seen.mtimeMs === mtime * 1000
      if (shared && same && tryLink(file, place)) return
      copyFileSync(file, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
      if (lstatSync(place).size !== size) throw changed(file)
      settle(place, mode)
    },
    hardlink(path, target) {
      if (kinds.get(target) !== 'file')
        throw refuse(`/${path} is a hard link to /${target}, which is no file of this image`)
      if (path === target) return
      linkSync(join(made, target), prepare(path, 'file'))
    },
    remove(path) {
      if (path === '' || !kinds.has(path)) return
      rmSync(join(made, path), { recursive: true })
      if (kinds.get(path) === 'directory') forget(path)
      kinds.delete(path)
    },
    empty(path, own) {
      const below = path === '' ? '' : `${path}/`
      // Deepest first: a directory of the layer itself stays, what it inherited goes.
      const inside = kinds.keys().filter(known => known !== '' && known.startsWith(below) && !own.has(known))
      for (const known of [...inside].sort().reverse()) site.remove(known)
    },
    finish() {
      const directories = [...kinds].filter(([, kind]) => kind === 'directory').map(([path]) => path)
      for (const path of directories.sort().reverse()) utimesSync(join(made, path), mtime, mtime)
    },
  }
  return site
}

function tryLink(file: string, place: string): boolean {
  try {
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
