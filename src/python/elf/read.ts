/**
 * What the dynamic linker will want for a shared object or program: read from the same tables it reads (System V gABI, chapter 5;
 * versions from the Linux Standard Base, "Symbol Versioning"). 64-bit little-endian only, which is x86-64 and AArch64 Linux.
 */
export interface Elf {
  /** Null for a processor that is neither. */
  readonly machine: 'x86-64' | 'aarch64' | null
  /** DT_NEEDED, in the order of the file. */
  readonly needed: readonly string[]
  readonly soname: string | null
  /** DT_RUNPATH, or DT_RPATH where there is none, split at colons; `$ORIGIN` as written. */
  readonly runpath: readonly string[]
  /** The program interpreter, which programs have and libraries have not. */
  readonly interpreter: string | null
  /** The highest GLIBC_x.y version that a needed library must offer; null when none is asked for. */
  readonly glibc: string | null
}

/** Random access to a file's bytes. `read` gives exactly `length` bytes and is only asked for what lies within `size`. */
export interface ElfSource {
  readonly size: number
  read(offset: number, length: number): Uint8Array
}

/** The file is no ELF file we can read, or a damaged one. */
export class ElfError extends Error {}

const machines: ReadonlyMap<number, 'x86-64' | 'aarch64'> = new Map([
  [62, 'x86-64'],
  [183, 'aarch64'],
])
const segment = { load: 1, dynamic: 2, interpreter: 3 }
const tag = { null: 0, needed: 1, strings: 5, stringsSize: 10, soname: 14, rpath: 15, runpath: 29 }
const versionNeed = { table: 0x6ffffffe, count: 0x6fffffff }

/** No real file comes near these; a hostile one must not make us read for ever. */
const most = { segments: 4096, dynamic: 1024 ** 2, strings: 64 * 1024 ** 2, needed: 4096, versions: 65_536, name: 4096 }

/** True for a file that begins as ELF files do, whatever kind it is. */
export function isElf(start: Uint8Array): boolean {
  return start.length >= 4 && start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46
}

/** @throws ElfError, and nothing else, whatever the bytes are. */
export function readElf(source: ElfSource): Elf {
  const view = window(source)
  const header = view(0, 64, 'header')
  if (!isElf(new Uint8Array(header.buffer, header.byteOffset, 4))) throw new ElfError('not an ELF file')
  if (header.getUint8(4) !== 2 || header.getUint8(5) !== 1) throw new ElfError('not a 64-bit little-endian ELF file')
  const segments = readSegments(view, header)
  const machine = machines.get(header.getUint16(18, true)) ?? null
  const interpreter = segments.find(({ type }) => type === segment.interpreter)
  const dynamic = segments.find(({ type }) => type === segment.dynamic)
  const program = interpreter ? readInterpreter(view, interpreter) : null
  if (!dynamic) return { machine, needed: [], soname: null, runpath: [], interpreter: program, glibc: null }
  return { machine, interpreter: program, ...readDynamic(view, segments, dynamic) }
}

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly size: number
}

type View = (offset: number, length: number, what: string) => DataView

function window(source: ElfSource): View {
  return (offset, length, what) => {
    if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) throw new ElfError(`the ${what} is cut short`)
    const bytes = source.read(offset, length)
    if (bytes.length !== length) throw new ElfError(`the ${what} is cut short`)
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

function readSegments(view: View, header: DataView): Segment[] {
  const size = header.getUint16(54, true)
  const count = header.getUint16(56, true)
  if (count > most.segments || (count > 0 && size < 56)) throw new ElfError('its program headers make no sense')
  const table = view(long(header, 32), size * count, 'program header table')
  return Array.from({ length: count }, (_, n) => {
    const at = n * size
    return {
      type: table.getUint32(at, true),
      offset: long(table, at + 8),
      address: long(table, at + 16),
      size: long(table, at + 32),
    }
  })
}

function readInterpreter(view: View, { offset, size }: Segment): string {
  if (size > most.name) throw new ElfError('its interpreter has no name')
  return text(view(offset, size, 'interpreter'), 0)
}

function readDynamic(
  view: View,
  segments: readonly Segment[],
  dynamic: Segment,
): Pick<Elf, 'needed' | 'soname' | 'runpath' | 'glibc'> {
  if (dynamic.size > most.dynamic) throw new ElfError('its dynamic section makes no sense')
  const entries = readEntries(view(dynamic.offset, dynamic.size - (dynamic.size % 16), 'dynamic section'))
  const value = (wanted: number): number | null => entries.find(([tag]) => tag === wanted)?.[1] ?? null
  const address = value(tag.strings)
  const size = value(tag.stringsSize)
  if (address === null || size === null || size > most.strings) throw new ElfError('its string table makes no sense')
  const strings = view(fileOffset(segments, address), size, 'string table')
  const name = (offset: number | null): string | null => (offset === null ? null : text(strings, offset))
  const needed = entries.filter(([found]) => found === tag.needed)
  if (needed.length > most.needed) throw new ElfError('it needs too many libraries')
  const paths = name(value(tag.runpath)) ?? name(value(tag.rpath))
  return {
    needed: needed.map(([, offset]) => text(strings, offset)),
    soname: name(value(tag.soname)),
    runpath: paths === null ? [] : paths.split(':').filter(Boolean),
    glibc: readVersions(view, segments, strings, value),
  }
}

function readEntries(table: DataView): [number, number][] {
  const entries: [number, number][] = []
  for (let at = 0; at + 16 <= table.byteLength; at += 16) {
    const found = long(table, at)
    if (found === tag.null) break
    entries.push([found, long(table, at + 8)])
  }
  return entries
}

/** Walks .gnu.version_r: a chain of libraries, each with a chain of versions. Both chains only go forward, so both end. */
function readVersions(
  view: View,
  segments: readonly Segment[],
  strings: DataView,
  value: (tag: number) => number | null,
): string | null {
  const address = value(versionNeed.table)
  if (address === null) return null
  let highest: string | null = null
  let left = Math.min(value(versionNeed.count) ?? most.versions, most.versions)
  let budget = most.versions
  for (let at = fileOffset(segments, address); left > 0; left -= 1) {
    const library = view(at, 16, 'version table')
    let next = at + library.getUint32(8, true)
    for (let count = library.getUint16(2, true); count > 0; count -= 1) {
      budget -= 1
      if (budget < 0) throw new ElfError('its version table makes no sense')
      const version = view(next, 16, 'version table')
      highest = higher(highest, text(strings, version.getUint32(8, true)))
      const step = version.getUint32(12, true)
      if (step === 0) break
      next += step
    }
    const step = library.getUint32(12, true)
    if (step === 0) break
    at += step
  }
  return highest
}

function higher(highest: string | null, version: string): string | null {
  const [, major, minor, patch = '0'] = /^GLIBC_(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?$/.exec(version) ?? []
  if (major === undefined || minor === undefined) return highest
  const found = `${major}.${minor}${patch === '0' ? '' : `.${patch}`}`
  return highest === null || compareDotted(found, highest) > 0 ? found : highest
}

/** Compares `2.9` and `2.17` as numbers, part by part. */
export function compareDotted(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let n = 0; n < Math.max(left.length, right.length); n += 1)
    if ((left[n] ?? 0) !== (right[n] ?? 0)) return (left[n] ?? 0) - (right[n] ?? 0)
  return 0
}

/** Tables are named by the address they will be loaded at; the loaded segments say where in the file that is. */
function fileOffset(segments: readonly Segment[], address: number): number {
  const home = segments.find(
    ({ type, address: start, size }) => type === segment.load && address >= start && address < start + size,
  )
  if (!home) throw new ElfError('a table lies outside the file')
  return home.offset + (address - home.address)
}

function long(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true)
  // Beyond 2^53 lies no file; the bounds check of whoever uses the number refuses it.
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

function text(strings: DataView, at: number): string {
  const bytes = new Uint8Array(strings.buffer, strings.byteOffset, strings.byteLength)
  const end = at < bytes.length ? bytes.indexOf(0, at) : -1
  if (end < 0 || end - at > most.name) throw new ElfError('a name has no end')
  return Buffer.from(bytes.subarray(at, end)).toString('utf8')
}
