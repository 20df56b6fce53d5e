import { createHash } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

/** Zip archives and wheels for tests, hostile ones included: nothing here checks anything. */
export interface ZipMember {
  readonly name: string
  readonly content?: string | Uint8Array
  /** Unix mode with file type; 0o100644 without it. */
  readonly mode?: number
  readonly deflate?: boolean
  /** Says another unpacked size than the true one. */
  readonly claim?: number
}

export function makeZip(members: readonly ZipMember[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { name, content = '', mode = 0o100644, deflate = true, claim } of members) {
    const plain = Buffer.from(content as string)
    const packed = deflate ? deflateRawSync(plain) : plain
    const path = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt16LE(deflate ? 8 : 0, 4)
    common.writeUInt32LE(crc32(plain), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claim ?? plain.length, 18)
    common.writeUInt16LE(path.length, 22)
    const start = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, path]))
    local.push(start)
    offset += start.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

export interface WheelParts {
  readonly name?: string
  readonly version?: string
  readonly members?: readonly ZipMember[]
  /** Entry points file. */
  readonly entryPoints?: string
  /** Rows for RECORD instead of the true ones. */
  readonly record?: string
  readonly wheelVersion?: string
}

/** A sound wheel of the members given, or whatever the parts say instead. */
export function makeWheel(parts: WheelParts = {}): Buffer {
  const { name = 'demo', version = '1.0', wheelVersion = '1.0' } = parts
  const info = `${name}-${version}.dist-info`
  const members: ZipMember[] = [
    ...(parts.members ?? [{ name: `${name}/__init__.py`, content: 'x = 1\n' }]),
    { name: `${info}/METADATA`, content: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nAbout.\n` },
    { name: `${info}/WHEEL`, content: `Wheel-Version: ${wheelVersion}\nRoot-Is-Purelib: true\nTag: py3-none-any\n` },
    ...(parts.entryPoints === undefined ? [] : [{ name: `${info}/entry_points.txt`, content: parts.entryPoints }]),
  ]
  const rows = members.map(
    ({ name, content = '' }) => `${name},sha256=${digest(content)},${Buffer.from(content as string).length}\n`,
  )
  return makeZip([
    ...members,
    { name: `${info}/RECORD`, content: parts.record ?? `${rows.join('')}${info}/RECORD,,\n` },
  ])
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url')
}
