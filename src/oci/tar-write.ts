import { Buffer } from 'node:buffer'
import type { Entry } from '../model/tree.ts'
import { readBytes } from './read-bytes.ts'
import { encodeHeader, padding } from './tar-header.ts'

/**
 * 1980-01-01T00:00:00Z, the time of every file in every layer: fixed so that builds are equal, and no earlier because zip
 * archives, and with them Python's zipfile and zipapp, cannot express earlier times.
 */
export const fixedMtime = 315_532_800

/** A file whose bytes come from elsewhere, such as a blob on its way from a registry. */
export interface StreamEntry {
  readonly kind: 'stream'
  readonly path: string
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

export interface TarOptions {
  /** Whole seconds since 1970; `fixedMtime` without it. */
  readonly mtime?: number
}

/** The bytes of a tar archive of these entries, in the order given (`orderEntries` makes it), in chunks of about 256 KiB. */
export async function* writeTar(
  entries: Iterable<Entry | StreamEntry>,
  options: TarOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const mtime = options.mtime ?? fixedMtime
  if (!Number.isSafeInteger(mtime) || mtime < 0 || mtime >= 8 ** 11) throw new Error(`oci: not an mtime: ${mtime}`)
  yield* gather(pieces(entries, mtime), 256 * 1024)
}

async function* pieces(entries: Iterable<Entry | StreamEntry>, mtime: number): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    const size = 'size' in entry ? entry.size : 0
    yield encodeHeader({
      path: entry.path,
      kind: entry.kind === 'stream' ? 'file' : entry.kind,
      mode: 'mode' in entry ? entry.mode : entry.kind === 'link' ? 0o777 : 0o644,
      owner: ('owner' in entry ? entry.owner : 0) ?? 0,
      size,
      target: entry.kind === 'link' ? entry.target : '',
      mtime,
    })
    if (entry.kind === 'file') yield* readBytes(entry)
    if (entry.kind === 'stream') yield* exactly(entry)
    yield padding(size)
  }
  yield Buffer.alloc(1024)
}

async function* exactly(entry: StreamEntry): AsyncGenerator<Uint8Array> {
  let left = entry.size
  for await (const chunk of entry.open()) {
    left -= chunk.length
    if (left < 0) break
    yield chunk
  }
  if (left !== 0) throw new Error(`oci: ${entry.path} has not the ${entry.size} bytes it was said to have`)
}

/** Joins small chunks, so that compressing and hashing are called a thousand times less. */
async function* gather(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of source) {
    if (chunk.length === 0) continue
    held.push(chunk)
    length += chunk.length
    if (length < size) continue
    yield Buffer.concat(held, length)
    held = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(held, length)
}
