/** Small ELF files for tests: one loaded segment that holds the dynamic section, its strings and the versions it needs. */
export interface ElfParts {
  readonly machine?: number
  readonly needed?: readonly string[]
  readonly soname?: string
  readonly runpath?: string
  readonly rpath?: string
  readonly interpreter?: string
  /** Library → versions, as `.gnu.version_r` has them. */
  readonly versions?: Readonly<Record<string, readonly string[]>>
}

/** Loaded at an address that is not its offset, as real libraries' data is. */
const base = 0x10_0000

export function makeElf(parts: ElfParts): Buffer {
  let table = '\0'
  const string = (text: string): number => {
    table += `${text}\0`
    return table.length - text.length - 1
  }
  const entries: [number, number][] = (parts.needed ?? []).map(name => [1, string(name)])
  if (parts.soname !== undefined) entries.push([14, string(parts.soname)])
  if (parts.runpath !== undefined) entries.push([29, string(parts.runpath)])
  if (parts.rpath !== undefined) entries.push([15, string(parts.rpath)])
  const versions = makeVersions(parts.versions ?? {}, string)
  const interpreter = Buffer.from(`${parts.interpreter ?? ''}\0`)
  const strings = Buffer.from(table)
  const start = 64 + 3 * 56
  const at = { strings: start, versions: start + strings.length, interpreter: start + strings.length + versions.length }
  const dynamicAt = at.interpreter + interpreter.length
  entries.push([5, base + at.strings], [10, strings.length])
  if (versions.length > 0)
    entries.push([0x6ffffffe, base + at.versions], [0x6fffffff, Object.keys(parts.versions ?? {}).length])
  entries.push([0, 0])
  const dynamic = Buffer.concat(entries.map(([tag, value]) => longs(tag, value)))
  const size = dynamicAt + dynamic.length
  return Buffer.concat([
    header(parts.machine ?? 62),
    segment(1, 0, size),
    segment(2, dynamicAt, dynamic.length),
    segment(parts.interpreter === undefined ? 0 : 3, at.interpreter, interpreter.length),
    strings,
    versions,
    interpreter,
    dynamic,
  ])
}

function header(machine: number): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.write('\x7fELF\x02\x01\x01', 'latin1')
  bytes.writeUInt16LE(3, 16)
  bytes.writeUInt16LE(machine, 18)
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(3, 56)
  return bytes
}

function segment(type: number, offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(56)
  bytes.writeUInt32LE(type, 0)
  bytes.writeBigUInt64LE(BigInt(offset), 8)
  bytes.writeBigUInt64LE(BigInt(base + offset), 16)
  bytes.writeBigUInt64LE(BigInt(size), 32)
  bytes.writeBigUInt64LE(BigInt(size), 40)
  return bytes
}

function makeVersions(versions: Readonly<Record<string, readonly string[]>>, string: (text: string) => number): Buffer {
  const libraries = Object.entries(versions)
  return Buffer.concat(
    libraries.map(([library, names], n) => {
      const need = Buffer.alloc(16 + names.length * 16)
      need.writeUInt16LE(1, 0)
      need.writeUInt16LE(names.length, 2)
      need.writeUInt32LE(string(library), 4)
      need.writeUInt32LE(16, 8)
      need.writeUInt32LE(n === libraries.length - 1 ? 0 : need.length, 12)
      for (const [m, name] of names.entries()) {
        need.writeUInt32LE(string(name), 16 + m * 16 + 8)
        need.writeUInt32LE(m === names.length - 1 ? 0 : 16, 16 + m * 16 + 12)
      }
      return need
    }),
  )
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [n, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), n * 8)
  return bytes
}
