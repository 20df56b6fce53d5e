/** The fields of tar headers as bytes say them; tar-read.ts decides what they mean. */

/** What a PAX header or a GNU long name says instead of the member's own header. */
export interface Overrides {
  readonly path?: string
  readonly link?: string
  readonly size?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: number
  readonly sparse?: boolean
}

const utf8 = new TextDecoder('utf-8')

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0)
}

/** Text up to the first NUL. */
export function stringAt(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return utf8.decode(end < 0 ? field : field.subarray(0, end))
}

/** An octal or base-256 number (GNU, for large ones); null for anything else, a negative or an unsafe one. */
export function numberAt(bytes: Uint8Array, start: number, length: number): number | null {
  const field = bytes.subarray(start, start + length)
  if (field[0]! & 0x80) {
    if (field[0] !== 0x80) return null
    let value = 0
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : null
  }
  const text = stringAt(bytes, start, length).trim()
  if (text === '') return 0
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null
}

/** Reads the body of a special member: PAX records, or the name a GNU `L` or `K` member holds. */
export function overridesOf(kind: 'local' | 'global' | 'path' | 'link', body: Uint8Array): Overrides {
  if (kind === 'path') return { path: stringAt(body, 0, body.length) }
  if (kind === 'link') return { link: stringAt(body, 0, body.length) }
  const found: { -readonly [K in keyof Overrides]: Overrides[K] } = {}
  for (const [key, value] of recordsOf(body)) {
    if (key === 'path') found.path = value
    else if (key === 'linkpath') found.link = value
    else if (key === 'size' || key === 'uid' || key === 'gid') found[key] = wholeNumber(value)
    else if (key === 'mtime' && Number.isFinite(Number(value))) found.mtime = Number(value)
    else if (key.startsWith('GNU.sparse.')) found.sparse = true
  }
  return found
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record. A broken record ends the list: what follows cannot be found. */
function* recordsOf(body: Uint8Array): Generator<[string, string]> {
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(32, at)
    const length = Number(utf8.decode(body.subarray(at, space < 0 ? at : space)))
    if (!Number.isInteger(length) || length < 5 || at + length > body.length) return
    const record = utf8.decode(body.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    if (equals < 1) return
    yield [record.slice(0, equals), record.slice(equals + 1)]
    at += length
  }
}

function wholeNumber(text: string): number {
  // A size that is none must not fall back to the header's: two readers would see two archives.
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER
}
