import { createReadStream } from 'node:fs'
import { decompress } from '../../kit/decompress.ts'
import { TarError } from '../../kit/tar-error.ts'
import { readTar, type TarMember } from '../../kit/tar-read.ts'
import type { Because } from '../../model/because.ts'
import { isName } from '../name.ts'
import { parseHeaders } from '../wheel/headers.ts'
import { badSdist } from './errors.ts'
import { findNative } from './native.ts'

/** What a source distribution says of itself without being built: building runs its code. */
export interface Sdist {
  readonly name: string
  readonly version: string
  /** What in it wants a compiler; empty when it looks like pure Python. An educated statement: only its build knows. */
  readonly native: Because
  /** Its PKG-INFO where that is final: a wheel built of it must say the same of its requirements (PEP 643). Null otherwise. */
  readonly metadata: string | null
}

/** Read at the top of the archive; everything else is skipped. */
const wanted = new Set(['PKG-INFO', 'pyproject.toml', 'setup.py', 'setup.cfg'])
const limits = { file: 4 * 1024 ** 2, total: 4 * 1024 ** 3, members: 200_000 }

/** Reads a `.tar.gz` sdist (PEP 625). `file` is its name in the index. @throws `bad-sdist` */
export async function readSdist(path: string, file: string): Promise<Sdist> {
  try {
    const files = await readFiles(path)
    const headers = parseHeaders(files.get('PKG-INFO') ?? '')
    // Some sdists hold no PKG-INFO (uWSGI's): then the file name is all there is.
    const [, fileName, fileVersion] = /^(.+)-([^-]+)\.(?:tar\.gz|tgz)$/.exec(file) ?? []
    const name = headers.get('name')?.[0] ?? fileName
    const version = headers.get('version')?.[0] ?? fileVersion
    if (!name || !version || !isName(name)) throw new TarError('nothing in it says its name and version')
    const metadata = isFinal(headers) ? (files.get('PKG-INFO') ?? null) : null
    return { name, version, native: findNative(files), metadata }
  } catch (error) {
    // Errors of the file system have a system call; all others speak of the archive.
    if (!(error instanceof Error) || 'syscall' in error) throw error
    throw badSdist({
      what: `${file} cannot be read.`,
      why: error.message,
      next: 'Take another version of the distribution, best one that has wheels.',
      cause: error,
    })
  }
}

const decisive = new Set(['requires-dist', 'requires-python', 'provides-extra'])

function isFinal(headers: ReadonlyMap<string, readonly string[]>): boolean {
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)$/.exec(headers.get('metadata-version')?.[0] ?? '')?.map(Number) ?? []
  const dynamic = (headers.get('dynamic') ?? []).map(field => field.toLowerCase())
  return (major > 2 || (major === 2 && minor >= 2)) && !dynamic.some(field => decisive.has(field))
}

async function readFiles(path: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const plain = decompress(createReadStream(path), 'gzip', limits.total)
  for await (const member of readTar(plain, { members: limits.members })) {
    const [, name = '', deeper] = member.path.replace(/^\.\//, '').split('/')
    if (deeper === undefined && wanted.has(name) && member.type === 'file' && member.size <= limits.file)
      files.set(name, await readText(member))
  }
  return files
}

async function readText({ body }: TarMember): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body()) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
