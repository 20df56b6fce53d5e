import type { FileHandle } from 'node:fs/promises'

/** A member of an ar archive: where its bytes lie. */
export interface ArMember {
  readonly name: string
  readonly start: number
  readonly size: number
}

const magic = '!<arch>\n'
const headerSize = 60

/** Lists the members of an ar file as deb(5) uses it: short names, no symbol table. Throws on anything else. */
export async function readAr(file: FileHandle): Promise<ArMember[]> {
  const { size: end } = await file.stat()
  if ((await textAt(file, 0, magic.length)) !== magic) throw new Error('it is no ar archive')
  const members: ArMember[] = []
  for (let at = magic.length; at < end;) {
    const header = await textAt(file, at, headerSize)
    const size = /^\d+ *$/.test(header.slice(48, 58)) ? Number(header.slice(48, 58)) : Number.NaN
    const start = at + headerSize
    if (header.slice(58) !== '`\n' || !(start + size <= end)) throw new Error('it is cut off or damaged')
    members.push({ name: header.slice(0, 16).trimEnd().replace(/\/$/, ''), start, size })
    if (members.length > 16) throw new Error('it has too many members')
    at = start + size + (size % 2)
  }
  return members
}

async function textAt(file: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.toString('latin1', 0, bytesRead)
}
