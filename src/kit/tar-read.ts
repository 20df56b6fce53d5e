import { isZero, numberAt, overridesOf, stringAt, type Overrides } from './tar-header.ts'
import { TarError } from './tar-error.ts'
import { block, openInput } from './tar-input.ts'

/** One member of a tar archive. Its body must be read, or is skipped, before the next member is asked for. */
export interface TarMember {
  /** As the archive says it, untrusted: may be absolute or hold `..`. */
  readonly path: string
  readonly type: TarType
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Whole seconds since the epoch. */
  readonly mtime: number
  /** Bytes of the body; 0 for all but files. */
  readonly size: number
  /** Target of a link, as written; '' for others. */
  readonly link: string
  readonly body: () => AsyncIterable<Uint8Array>
}

export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo'

export interface TarLimits {
  /** Most members; 1,000,000 without it. */
  readonly members?: number
  /** Most bytes of all bodies together; 16 GiB without it. */
  readonly bytes?: number
}

const types: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}
/** A PAX header or a long name larger than this is an attack: paths end at 4 KiB. */
const longestHeader = 1024 * 1024

/**
 * Reads a tar stream (ustar, PAX, GNU long names; POSIX.1-2017 pax, GNU tar manual "Basic Tar Format"). Throws TarError on a
 * broken archive: a wrong checksum, an end before the end, more than the limits allow.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>, limits: TarLimits = {}): AsyncGenerator<TarMember> {
  const input = openInput(source)
  const { members = 1_000_000, bytes = 16 * 1024 ** 3 } = limits
  let seen = 0
  let total = 0
  const global: Overrides = {}
  let local: Overrides = {}
  try {
    for (;;) {
      const header = await input.take(block)
      if (header === null || isZero(header)) return
      const member = decode(header)
      const special = specialOf(member.flag)
      if (special !== null) {
        if (member.size > longestHeader) throw new TarError(`a header of ${member.size} bytes`)
        Object.assign(special === 'global' ? global : local, overridesOf(special, await input.body(member.size)))
        continue
      }
      const whole = complete(member, { ...global, ...local })
      local = {}
      seen += 1
      total += whole.size
      if (seen > members) throw new TarError(`more than ${members} members`)
      if (total > bytes) throw new TarError(`more than ${bytes} bytes`)
      input.open(whole.size)
      yield { ...whole, body: () => input.chunks() }
      await input.skip()
    }
  } finally {
    await input.close()
  }
}

type Header = Omit<TarMember, 'body' | 'type'> & { readonly flag: string }

function decode(header: Uint8Array): Header {
  let sum = 0
  // The checksum counts its own eight bytes as spaces.
  for (let i = 0; i < block; i += 1) sum += i >= 148 && i < 156 ? 32 : header[i]!
  if (sum !== numberOf(header, 148, 8)) throw new TarError('a header with a wrong checksum')
  const magic = stringAt(header, 257, 6)
  const prefix = magic === 'ustar' ? stringAt(header, 345, 155) : ''
  const name = stringAt(header, 0, 100)
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    mode: numberOf(header, 100, 8) & 0o7777,
    uid: numberOf(header, 108, 8),
    gid: numberOf(header, 116, 8),
    size: numberOf(header, 124, 12),
    mtime: numberOf(header, 136, 12),
    flag: String.fromCharCode(header[156]!),
    link: stringAt(header, 157, 100),
  }
}

function numberOf(header: Uint8Array, start: number, length: number): number {
  const value = numberAt(header, start, length)
  if (value === null) throw new TarError(`a header whose number at ${start} is none`)
  return value
}

function specialOf(flag: string): 'local' | 'global' | 'path' | 'link' | null {
  if (flag === 'x') return 'local'
  if (flag === 'g') return 'global'
  if (flag === 'L') return 'path'
  return flag === 'K' ? 'link' : null
}

function complete(header: Header, overrides: Overrides): Omit<TarMember, 'body'> {
  if (overrides.sparse) throw new TarError(`a sparse file: ${header.path}`)
  const { flag, ...plain } = header
  const path = overrides.path ?? plain.path
  // Archives older than POSIX mark a directory by its slash alone.
  const type = types[flag] === 'file' && path.endsWith('/') ? 'directory' : types[flag]
  if (type === undefined) throw new TarError(`a member of unknown type ${JSON.stringify(flag)}: ${path}`)
  return {
    path,
    type,
    mode: plain.mode,
    uid: overrides.uid ?? plain.uid,
    gid: overrides.gid ?? plain.gid,
    mtime: Math.floor(overrides.mtime ?? plain.mtime),
    size: type === 'file' ? (overrides.size ?? plain.size) : 0,
    link: type === 'symlink' || type === 'hardlink' ? (overrides.link ?? plain.link) : '',
  }
}
