import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** The files of a wheel that holds nothing but metadata: enough to be resolved with, nothing to install. */
export function standInWheel(name: string, version: string, metadata: string): Buffer {
  const directory = `${name.replaceAll('-', '_')}-${version.replaceAll('-', '_')}.dist-info`
  const wheel = 'Wheel-Version: 1.0\nGenerator: wherry\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
  const members = [
    { path: `${directory}/METADATA`, bytes: Buffer.from(metadata) },
    { path: `${directory}/WHEEL`, bytes: Buffer.from(wheel) },
  ]
  const rows = members.map(({ path, bytes }) => {
    const digest = createHash('sha256').update(bytes).digest('base64url')
    return `${path},sha256=${digest},${bytes.length}\n`
  })
  const record = `${directory}/RECORD`
  return storedZip([...members, { path: record, bytes: Buffer.from(`${rows.join('')}${record},,\n`) }])
}

interface Member {
  readonly path: string
  readonly bytes: Buffer
}

/** A zip archive of members that are not compressed (APPNOTE 4.3): local headers with their bytes, the directory, its end. */
function storedZip(members: readonly Member[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { path, bytes } of members) {
    const name = Buffer.from(path)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x21, 8) // 1980-01-01
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(bytes.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const start = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, bytes])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((0o100644 << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, name]))
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
