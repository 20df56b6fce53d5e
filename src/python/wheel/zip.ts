import { createHash, hash } from 'node:crypto'
import { createWriteStream, readSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { inflateRawSync } from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'

/** A zip archive read as hostile input: what it may unpack to is bounded, its names stay inside, every member is a plain file. */
export interface Zip {
  readonly members: readonly Member[]
  /** A small member, whole. @throws ZipError when it is larger than `limit` bytes or damaged. */
  read(member: Member, limit: number): Promise<Buffer>
  /** Writes a member to a new file and gives its digests, by name of the hash. */
  extract(member: Member, path: string, hashes: readonly string[]): Promise<ReadonlyMap<string, Buffer>>
  close(): Promise<void>
}

export interface Member {
  /** Relative, '/'-separated, without `.`, `..` or empty components. */
  readonly path: string
  /** Bytes, unpacked. */
  readonly size: number
  readonly executable: boolean
  readonly entry: Entry
}

export interface ZipLimits {
  readonly members: number
  /** Bytes, unpacked, of all members. */
  readonly total: number
  /** Most bytes that one byte of the archive may unpack to, once `total` of them are more than 256 MiB. */
  readonly ratio: number
}

export class ZipError extends Error {}

/** Larger members are streamed; smaller ones are unpacked in one call, which is several times faster. */
const whole = 16 * 1024 ** 2

/** Opens an archive and judges its directory before anything is unpacked. @throws ZipError */
export async function openZip(path: string, limits: ZipLimits): Promise<Zip> {
  const yauzl = await import('yauzl')
  const file = await open(path)
  let zip: ZipFile | null = null
  const close = async (): Promise<void> => {
    zip?.close()
    await file.close()
  }
  try {
    zip = await yauzl.openPromise(path, { autoClose: false, lazyEntries: true, strictFileNames: true })
    const members = await list(zip, (await file.stat()).size, limits)
    return reader(zip, file, members, close)
  } catch (error) {
    await close()
    throw asZipError(error)
  }
}

function reader(zip: ZipFile, file: FileHandle, members: readonly Member[], close: () => Promise<void>): Zip {
  /** Synchronous on purpose: a wheel is thousands of small files, and five round trips to the thread pool cost more than the work. */
  const take = ({ entry, path, size }: Member): Buffer => {
    try {
      const packed = readAt(file.fd, dataStart(file.fd, entry), entry.compressedSize)
      const content =
        entry.compressionMethod === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) })
      if (packed.length === entry.compressedSize && content.length === size) return content
    } catch (error) {
      throw new ZipError(`${path} cannot be unpacked`, { cause: error })
    }
    throw new ZipError(`${path} is cut short`)
  }
  const read = async (member: Member, limit: number): Promise<Buffer> => {
    if (member.size > limit || member.entry.compressedSize > limit * 1.01 + 1024)
      throw new ZipError(`${member.path} has ${member.size} bytes, more than ${limit}`)
    return take(member)
  }
  let taken = 0
  return {
    members,
    read,
    close,
    async extract(member, path, names) {
      if (Math.max(member.size, member.entry.compressedSize) > whole) return stream(zip, member, path, names)
      const content = take(member)
      writeFileSync(path, content, { flag: 'wx' })
      // Others want to run, too.
      if ((taken += 1) % 100 === 0) await setImmediate()
      return new Map(names.map(name => [name, hash(name, content, 'buffer')]))
    },
  }
}

/** Where a member's bytes begin: after its own header, whose name and extra field may have other lengths than the directory's (APPNOTE 4.3.7). */
function dataStart(fd: number, { relativeOffsetOfLocalHeader: at }: Entry): number {
  const header = readAt(fd, at, 30)
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) throw new ZipError('a member has no header')
  return at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
}

/** Fewer bytes at the end of the file. */
function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const more = readSync(fd, bytes, read, length - read, at + read)
    if (more === 0) break
    read += more
  }
  return bytes.subarray(0, read)
}

async function stream(
  zip: ZipFile,
  member: Member,
  path: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const hashes = names.map(name => [name, createHash(name)] as const)
  const tally = new Transform({
    transform(chunk: Buffer, _, next) {
      for (const [, each] of hashes) each.update(chunk)
      next(null, chunk)
    },
  })
  try {
    await pipeline(await zip.openReadStreamPromise(member.entry), tally, createWriteStream(path))
  } catch (error) {
    throw new ZipError(`${member.path} cannot be unpacked`, { cause: error })
  }
  return new Map(hashes.map(([name, each]) => [name, each.digest()]))
}

async function list(zip: ZipFile, archive: number, limits: ZipLimits): Promise<Member[]> {
  if (zip.entryCount > limits.members) throw new ZipError(`it has ${zip.entryCount} members`)
  const members: Member[] = []
  let packed = 0
  let total = 0
  for await (const entry of zip.eachEntry()) {
    packed += entry.compressedSize
    total += entry.uncompressedSize
    // Members that overlap are how a small archive holds a large bomb (Fifield, "A better zip bomb", 2019).
    if (packed > archive) throw new ZipError('its members overlap')
    if (total > limits.total || (total > 256 * 1024 ** 2 && total > archive * limits.ratio))
      throw new ZipError(`it would unpack to more than ${total} bytes`)
    if (!entry.fileName.endsWith('/')) members.push(member(entry))
  }
  refuseCollisions(members)
  return members
}

function member(entry: Entry): Member {
  const path = entry.fileName
  const name = JSON.stringify(path.slice(0, 200))
  if (path.includes('\0') || path.length > 4096 || !path.isWellFormed()) throw new ZipError(`${name} is no file name`)
  if (path.split('/').some(part => part === '' || part === '.' || part === '..' || Buffer.byteLength(part) > 255))
    throw new ZipError(`${name} is no relative path`)
  // The upper half of the attributes is a Unix mode when the archive was made on Unix (APPNOTE 4.4.2, 4.4.15).
  const mode = entry.versionMadeBy >> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0
  const kind = mode & 0o170000
  if (kind !== 0 && kind !== 0o100000) throw new ZipError(`${name} is not a plain file`)
  if (entry.isEncrypted()) throw new ZipError(`${name} is encrypted`)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw new ZipError(`${name} is packed by method ${entry.compressionMethod}`)
  return { path, size: entry.uncompressedSize, executable: (mode & 0o111) !== 0, entry }
}

/** The same name twice, or a file where another member needs a directory: readers disagree about which one counts. */
function refuseCollisions(members: readonly Member[]): void {
  const paths = new Set<string>()
  for (const { path } of members) {
    if (paths.has(path)) throw new ZipError(`${JSON.stringify(path)} is in it twice`)
    paths.add(path)
  }
  for (const { path } of members)
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      if (paths.has(path.slice(0, end)))
        throw new ZipError(`${JSON.stringify(path.slice(0, end))} is a file and a directory`)
}

function asZipError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ZipError || 'code' in error) return error
  return new ZipError(error.message, { cause: error })
}
