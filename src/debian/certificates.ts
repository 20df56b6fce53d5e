import { readFile } from 'node:fs/promises'
import type { FileEntry } from '../model/tree.ts'

const folder = 'usr/share/ca-certificates/'

/**
 * The bundle that update-ca-certificates writes: all certificates of the package, one after another in the order of their names.
 * Null when there are none.
 */
export async function certificateBundle(files: readonly FileEntry[]): Promise<FileEntry | null> {
  const chosen = files
    .filter(file => file.path.startsWith(folder) && file.path.endsWith('.crt'))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  if (chosen.length === 0) return null
  const texts = await Promise.all(chosen.map(textOf))
  const data = Buffer.from(texts.map(text => (text.endsWith('\n') ? text : `${text}\n`)).join(''))
  return { kind: 'file', path: 'etc/ssl/certs/ca-certificates.crt', mode: 0o644, size: data.length, bytes: { data } }
}

async function textOf({ bytes }: FileEntry): Promise<string> {
  return Buffer.from('data' in bytes ? bytes.data : await readFile(bytes.file)).toString()
}
