import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { layoutFiles, type WriteOptions } from './layout-files.ts'
import type { ImageView } from './view.ts'

/** Writes an image as an OCI layout into a new directory, which appears whole or not at all. Throws as `writeArchive`. */
export async function writeLayout(view: ImageView, directory: string, options: WriteOptions = {}): Promise<void> {
  const temporary = `${directory}.${randomUUID()}.tmp`
  try {
    await mkdir(temporary, { mode: 0o755 })
    for (const entry of layoutFiles(view, options)) {
      const path = join(temporary, entry.path)
      if (entry.kind === 'directory') await mkdir(path)
      if (entry.kind === 'file' && 'data' in entry.bytes) await writeFile(path, entry.bytes.data, { flag: 'wx' })
      if (entry.kind === 'stream') await pipeline(entry.open(), createWriteStream(path, { flags: 'wx' }))
    }
    await rename(temporary, directory)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}
