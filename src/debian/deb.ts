import { createReadStream } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decompress, type Compression } from '../kit/decompress.ts'
import { readTar, type TarMember } from '../kit/tar-read.ts'
import { readAr, type ArMember } from './ar.ts'
import { badDeb } from './errors.ts'
import { isWherryError } from '../kit/error.ts'

/** What lies in a package, as unpacked into a directory: `list.json` of this form, and the contents as numbered files. */
export interface DebListing {
  /** The control file, as it is. */
  readonly control: string
  readonly entries: readonly DebEntry[]
}

export interface DebEntry {
  /** Relative, `/`-separated, without `.` or `..`. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link'
  /** Permission bits; the sticky bit of directories is kept, setuid and setgid never. */
  readonly mode: number
  readonly owner: number
  readonly size: number
  /** Target of a link, as written. */
  readonly target: string
  /** Number of the file that holds the content; -1 where there is none. */
  readonly content: number
}

const limits = { members: 200_000, bytes: 4 * 1024 ** 3 }
const largestControl = 1024 ** 2

/**
 * Unpacks a .deb file (deb(5): an ar of `control.tar` and `data.tar`, each plain, gzip, xz or zstd) into a new directory. No path of the
 * package is used as a path here, so nothing in it can be written elsewhere. Throws `bad-deb` for a broken or hostile one.
 */
export async function unpackDeb(path: string, name: string, into: string): Promise<void> {
  const file = await open(path)
  try {
    const members = await readAr(file)
    if (members[0]?.name !== 'debian-binary') throw new Error('it does not begin with debian-binary')
    const control = await readControl(path, partOf(members, 'control.tar'))
    await mkdir(into)
    const entries = await unpackData(path, partOf(members, 'data.tar'), into)
    await writeFile(join(into, 'list.json'), JSON.stringify({ control, entries } satisfies DebListing))
  } catch (error) {
    if (isWherryError(error)) throw error
    throw badDeb({
      what: `The package ${name} cannot be unpacked.`,
      why: error instanceof Error ? error.message : String(error),
      next: 'Nothing of it was used. Try another mirror; if it stays, report the package.',
      cause: error,
    })
  } finally {
    await file.close()
  }
}

interface Part extends ArMember {
  readonly compression: Compression
}

function partOf(members: readonly ArMember[], name: string): Part {
  const suffixes: Readonly<Record<string, Compression>> = { '': 'none', '.gz': 'gzip', '.xz': 'xz', '.zst': 'zstd' }
  for (const member of members) {
    if (!member.name.startsWith(name)) continue
    const compression = Object.hasOwn(suffixes, member.name.slice(name.length))
      ? suffixes[member.name.slice(name.length)]
      : undefined
    if (compression === undefined) throw new Error(`${member.name} is compressed in an unknown way`)
    return { ...member, compression }
  }
  throw new Error(`it has no ${name}`)
}

function membersOf(path: string, part: Part): AsyncGenerator<TarMember> {
  if (part.size === 0) throw new Error(`${part.name} is empty`)
  const source = createReadStream(path, { start: part.start, end: part.start + part.size - 1 })
  return readTar(decompress(source, part.compression, limits.bytes + 1024 ** 3), limits)
}

async function readControl(path: string, part: Part): Promise<string> {
  let control: string | null = null
  for await (const member of membersOf(path, part)) {
    if (member.type !== 'file' || member.path.replace(/^\.\//, '') !== 'control') continue
    if (member.size > largestControl) throw new Error('its control file is too large')
    // Copied, for a chunk is good until the next one; decoded as a whole, for a letter may lie in two.
    control = Buffer.concat(await Array.fromAsync(member.body(), chunk => Buffer.from(chunk))).toString()
  }
  if (control === null) throw new Error('it has no control file')
  return control
}

async function unpackData(path: string, part: Part, into: string): Promise<DebEntry[]> {
  const entries = new Map<string, DebEntry>()
  let contents = 0
  for await (const member of membersOf(path, part)) {
    const name = safePath(member.path)
    if (name === '') continue
    const common = { path: name, owner: member.uid, size: 0, target: '', content: -1 }
    if (member.type === 'directory') {
      entries.set(name, { ...common, kind: 'directory', mode: member.mode & 0o1777 })
    } else if (member.type === 'symlink') {
      entries.set(name, { ...common, kind: 'link', mode: 0o777, target: safeTarget(member) })
    } else if (member.type === 'hardlink') {
      // A copy: layers must not hold hard links across each other, and few packages have any.
      const original = entries.get(safePath(member.link))
      if (original?.kind !== 'file') throw new Error(`${name} is a hard link to what is not in it`)
      entries.set(name, { ...original, path: name })
    } else if (member.type === 'file') {
      await writeFile(join(into, String(contents)), member.body(), { flag: 'wx' })
      entries.set(name, { ...common, kind: 'file', mode: member.mode & 0o777, size: member.size, content: contents })
      contents += 1
    } else {
      throw new Error(`${name} is a device or a pipe`)
    }
  }
  return [...entries.values()]
}

/** The path without its leading `./`; '' for the root itself. */
function safePath(path: string): string {
  const plain = path.replace(/^\.\//, '').replace(/\/+$/, '')
  if (plain === '' || plain === '.') return ''
  const parts = plain.split('/')
  if (
    plain.includes('\0') ||
    plain.includes('\uFFFD') ||
    parts.some(part => part === '' || part === '.' || part === '..')
  ) {
    throw new Error(`a path in it leaves the root or is not plain: ${JSON.stringify(path)}`)
  }
  if (plain.length > 4095 || parts.some(part => part.length > 255)) throw new Error('a path in it is too long')
  return plain
}

function safeTarget(member: TarMember): string {
  const { link } = member
  if (link !== '' && link.length <= 4095 && !link.includes('\0') && !link.includes('\uFFFD')) return link
  throw new Error(`${member.path} links to what is no path`)
}
