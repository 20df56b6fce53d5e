import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../../kit/cache.ts'
import { mapParallel } from '../../kit/parallel.ts'
import { badWheel } from './errors.ts'
import { EntryPointError, parseScripts, type EntryPoint } from './entry-points.ts'
import { identify, matchFileName, type Identity } from './identity.ts'
import { parseRecord, type RecordRow } from './record.ts'
import { asksForInterpreter } from './script.ts'
import { openZip, ZipError, type Member, type Zip } from './zip.ts'

/**
 * A wheel's contents, checked and unpacked once into the cache. Files lie there by number, never under the names the
 * wheel gives them: a name of an archive becomes a path only inside an image.
 */
export interface UnpackedWheel extends Identity {
  readonly files: readonly WheelFile[]
  readonly scripts: readonly EntryPoint[]
  /** What is odd but harmless, for people. */
  readonly notes: readonly string[]
}

export interface WheelFile {
  /** As in the archive. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly executable: boolean
  /** A script whose first line the installer fills in. */
  readonly asks: boolean
  /** Absolute path of the bytes in the cache. */
  readonly bytes: string
}

type StoredFile = Omit<WheelFile, 'bytes'>
type StoredWheel = Omit<UnpackedWheel, 'files'> & { readonly files: readonly StoredFile[] }

export interface WheelSource {
  /** Where the wheel lies. */
  readonly path: string
  /** Its name in the index: `django-5.2-py3-none-any.whl`. */
  readonly file: string
  /** Lower-case hex, already verified: the cache trusts it. */
  readonly sha256: string
}

/** Part of the cache's key: another way to unpack is another entry. */
const rule = 1

const limits = { members: 200_000, total: 16 * 1024 ** 3, ratio: 200 }
const hashes = new Set(['sha256', 'sha384', 'sha512'])

/** Unpacks a wheel, or finds it unpacked. @throws `bad-wheel` */
export async function unpackWheel(source: WheelSource, cache: Cache): Promise<UnpackedWheel> {
  try {
    const entry = await cache.entry('wheel-files', `${source.sha256}-${rule}`, path => unpack(source.path, path))
    const wheel = JSON.parse(await readFile(join(entry, 'wheel.json'), 'utf8')) as StoredWheel
    matchFileName(wheel, source.file)
    const place = (file: StoredFile, n: number): WheelFile => ({ ...file, bytes: join(entry, 'files', `${n}`) })
    return { ...wheel, files: wheel.files.map(place) }
  } catch (error) {
    throw explain(error, source.file)
  }
}

async function unpack(path: string, directory: string): Promise<void> {
  const zip = await openZip(path, limits)
  try {
    const identity = await identify(zip)
    const rows = await readRecord(zip, identity)
    const scripts = await readScripts(zip, identity)
    await mkdir(join(directory, 'files'), { recursive: true })
    const notes: string[] = []
    const files = await mapParallel(zip.members, 8, (member, n) =>
      keep(zip, member, { target: join(directory, 'files', `${n}`), rows, identity, notes }),
    )
    const present = new Set(files.map(file => file.path))
    const absent = [...rows.keys()].filter(path => !path.endsWith('.pyc') && !present.has(path))
    for (const path of absent) notes.push(`${path} is in RECORD but not in the wheel`)
    const wheel: StoredWheel = { ...identity, files, scripts, notes: notes.sort() }
    await writeFile(join(directory, 'wheel.json'), JSON.stringify(wheel))
  } finally {
    await zip.close()
  }
}

interface Work {
  readonly target: string
  readonly rows: ReadonlyMap<string, RecordRow>
  readonly identity: Identity
  readonly notes: string[]
}

/** Unpacks one member and holds it against RECORD. */
async function keep(zip: Zip, member: Member, { target, rows, identity, notes }: Work): Promise<StoredFile> {
  const expected = rows.get(member.path)?.hash ?? null
  if (expected && !hashes.has(expected.algorithm))
    throw new ZipError(`RECORD vouches for ${member.path} with ${expected.algorithm}, not sha256 or better`)
  const seen = await zip.extract(member, target, [...new Set(['sha256', expected?.algorithm ?? 'sha256'])])
  if (expected && !seen.get(expected.algorithm)?.equals(expected.digest))
    throw new ZipError(`${member.path} is not the file that RECORD lists`)
  if (!expected && !isRecord(member.path, identity)) notes.push(`${member.path} is not in RECORD`)
  return {
    path: member.path,
    size: member.size,
    sha256: seen.get('sha256')?.toString('hex') ?? '',
    executable: member.executable,
    asks: isScript(member.path) && member.size < 1024 ** 2 && asksForInterpreter(await zip.read(member, 1024 ** 2)),
  }
}

function isScript(path: string): boolean {
  return /^[^/]+\.data\/scripts\//.test(path)
}

/** RECORD and the signatures over it are the only files it need not list (PEP 427). */
function isRecord(path: string, { distInfo }: Identity): boolean {
  return ['RECORD', 'RECORD.jws', 'RECORD.p7s'].some(name => path === `${distInfo}/${name}`)
}

async function readRecord(zip: Zip, { distInfo }: Identity): Promise<ReadonlyMap<string, RecordRow>> {
  const member = zip.members.find(({ path }) => path === `${distInfo}/RECORD`)
  if (!member) throw new ZipError('it has no RECORD')
  const rows = parseRecord((await zip.read(member, 64 * 1024 ** 2)).toString('utf8'))
  return new Map(rows.map(row => [row.path, row]))
}

async function readScripts(zip: Zip, { distInfo }: Identity): Promise<EntryPoint[]> {
  const member = zip.members.find(({ path }) => path === `${distInfo}/entry_points.txt`)
  return member ? parseScripts((await zip.read(member, 4 * 1024 ** 2)).toString('utf8')) : []
}

function explain(error: unknown, file: string): unknown {
  if (!(error instanceof ZipError || error instanceof EntryPointError || error instanceof SyntaxError)) return error
  return badWheel({
    what: `${file} is not a sound wheel.`,
    why: error.message,
    next: 'Take another version of the distribution, or tell its authors.',
    cause: error,
  })
}
