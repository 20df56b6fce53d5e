import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, writeFile, type FileHandle } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
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

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw)

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
  const read = async ({ entry, path, size }: Member, limit: number): Promise<Buffer> => {
    if (size > limit || entry.compressedSize > limit * 1.01 + 1024)
      throw new ZipError(`${path} has ${size} bytes, more than ${limit}`)
    try {
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
      const packed = Buffer.alloc(entry.compressedSize)
      const { bytesRead } = await file.read(packed, 0, packed.length, fileDataStart)
      const content =
        entry.compressionMethod === 0 ? packed : await inflate(packed, { maxOutputLength: Math.max(size, 1) })
      if (bytesRead === packed.length && content.length === size) return content
    } catch (error) {
      throw new ZipError(`${path} cannot be unpacked`, { cause: error })
    }
    throw new ZipError(`${path} is cut short`)
  }
  return {
    members,
    read,
    close,
    async extract(member, path, names) {
      const hashes = names.map(name => [name, createHash(name)] as const)
      if (Math.max(member.size, member.entry.compressedSize) <= whole) {
        const content = await read(member, whole)
        for (const [, hash] of hashes) hash.update(content)
        await writeFile(path, content)
      } else {
        await stream(zip, member, path, chunk => {
          for (const [, hash] of hashes) hash.update(chunk)
        })
      }
      return new Map(hashes.map(([name, hash]) => [name, hash.digest()]))
    },
  }
}

async function stream(zip: ZipFile, member: Member, path: string, onChunk: (chunk: Buffer) => void): Promise<void> {
  const tally = new Transform({
    transform(chunk: Buffer, _, next) {
      onChunk(chunk)
      next(null, chunk)
    },
  })
  try {
    await pipeline(await zip.openReadStreamPromise(member.entry), tally, createWriteStream(path))
  } catch (error) {
    throw new ZipError(`${member.path} cannot be unpacked`, { cause: error })
  }
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
