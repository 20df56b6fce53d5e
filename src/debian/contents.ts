import { writeFile } from 'node:fs/promises'

/** Path of a shared object directly in a directory the loader searches, or in those that alternatives link from there. */
const libraryPath =
  /^(?:usr\/)?lib(?:64)?\/(?:[a-z0-9_]+-linux-gnu[a-z0-9]*\/)?(?:(?:blas|lapack|openblas-[a-z]+)\/)?([^/\s]+\.so(?:\.[^/\s]*)?)\s+(\S+)$/

/**
 * Writes a Contents index (170 MB for Debian 13) as lines of a library's file name and the packages that hold it: only shared
 * objects where the loader finds them are kept.
 */
export async function writeLibraries(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const found = new Map<string, Set<string>>()
  for await (const line of linesWith(bytes, '.so')) {
    const parts = libraryPath.exec(line)
    if (!parts) continue
    const [, soname = '', packages = ''] = parts
    const names = found.get(soname) ?? new Set()
    found.set(soname, names)
    // `section/name` or `area/section/name`, several separated by commas.
    for (const name of packages.split(',')) names.add(name.slice(name.lastIndexOf('/') + 1))
  }
  const lines = [...found].map(([soname, names]) => `${soname}\t${[...names].join(',')}`)
  await writeFile(path, lines.toSorted((a, b) => (a < b ? -1 : 1)).join('\n'))
}

/** The lines that hold a text: finding it in bytes is much faster than making strings of 1.5 million lines. */
async function* linesWith(bytes: AsyncIterable<Uint8Array>, text: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    const block =
      rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const end = block.lastIndexOf(10) + 1
    if (block.length - end > 1024 ** 2) throw new Error('a line of more than 1 MiB')
    for (let at = block.indexOf(text); at >= 0 && at < end;) {
      const next = block.indexOf(10, at)
      yield block.toString('utf8', block.lastIndexOf(10, at) + 1, next)
      at = block.indexOf(text, next)
    }
    rest = Buffer.from(block.subarray(end))
  }
  if (rest.includes(text)) yield rest.toString()
}
