import { Buffer } from 'node:buffer'

/**
 * Writes the header of one tar entry: ustar where it fits, otherwise a PAX header with only the needed records. Never GNU's own
 * forms, names, sub-second or access times: each is a difference between two machines that build the same image.
 */
export interface Header {
  /** Of a directory without the trailing slash. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'link'
  readonly mode: number
  readonly owner: number
  readonly size: number
  readonly target: string
  /** Whole seconds since 1970. */
  readonly mtime: number
}

/** One to three blocks, more for long names. */
export function encodeHeader(header: Header): Buffer {
  const name = header.kind === 'directory' ? `${header.path}/` : header.path
  const split = splitName(name)
  const records = {
    gid: header.owner > largest(8) ? String(header.owner) : null,
    linkpath: isPlain(header.target, 100) ? null : header.target,
    path: split === null ? name : null,
    size: header.size > largest(12) ? String(header.size) : null,
    uid: header.owner > largest(8) ? String(header.owner) : null,
  }
  const body = Object.entries(records)
    .map(([key, value]) => (value === null ? '' : record(key, value)))
    .join('')
  const main = block({
    ...(split ?? { name: fallback(name), prefix: '' }),
    type: { file: '0', directory: '5', link: '2' }[header.kind],
    mode: header.mode,
    owner: records.uid === null ? header.owner : 0,
    size: records.size === null ? header.size : 0,
    target: records.linkpath === null ? header.target : fallback(header.target),
    mtime: header.mtime,
  })
  if (body === '') return main
  const bytes = Buffer.from(body)
  const extension = { name: 'PaxHeader', prefix: '', type: 'x', mode: 0o644, owner: 0, target: '', mtime: 0 }
  return Buffer.concat([block({ ...extension, size: bytes.length }), bytes, padding(bytes.length), main])
}

/** The zero bytes after a body of `size` bytes. */
export function padding(size: number): Buffer {
  return Buffer.alloc((512 - (size % 512)) % 512)
}

interface Block {
  readonly name: string
  readonly prefix: string
  readonly type: string
  readonly mode: number
  readonly owner: number
  readonly size: number
  readonly target: string
  readonly mtime: number
}

function block(fields: Block): Buffer {
  const bytes = Buffer.alloc(512)
  const octal = (value: number, at: number, length: number): void => {
    bytes.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  }
  bytes.write(fields.name, 0, 'latin1')
  octal(fields.mode, 100, 8)
  octal(fields.owner, 108, 8)
  octal(fields.owner, 116, 8)
  octal(fields.size, 124, 12)
  octal(fields.mtime, 136, 12)
  bytes.write(fields.type, 156, 'latin1')
  bytes.write(fields.target, 157, 'latin1')
  bytes.write('ustar\u000000', 257, 'latin1')
  octal(0, 329, 8)
  octal(0, 337, 8)
  bytes.write(fields.prefix, 345, 'latin1')
  // The sum is taken with eight spaces in its own place, and written as six digits, NUL, space.
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

/** ustar's two name fields, or null where the name does not fit or is not ASCII (only PAX says that names are UTF-8). */
function splitName(name: string): { name: string; prefix: string } | null {
  if (!isPlain(name, 256)) return null
  if (name.length <= 100) return { name, prefix: '' }
  for (let at = name.indexOf('/'); at > 0 && at <= 155; at = name.indexOf('/', at + 1)) {
    const rest = name.slice(at + 1)
    if (rest.length > 0 && rest.length <= 100) return { name: rest, prefix: name.slice(0, at) }
  }
  return null
}

function isPlain(text: string, most: number): boolean {
  return text.length <= most && /^[\u0020-\u007E]*$/.test(text)
}

/** What readers that know no PAX see; the others never look at it. */
function fallback(text: string): string {
  return text.replace(/[^\u0020-\u007E]/g, '_').slice(0, 100)
}

/** The largest number of an octal field of `length` bytes with its closing NUL. */
function largest(length: number): number {
  return 8 ** (length - 1) - 1
}

/** `length key=value\n`, where the length counts its own digits. */
function record(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}
