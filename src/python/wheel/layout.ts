import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import type { FileEntry, Tree } from '../../model/tree.ts'
import { sitePackages, type VenvPlace } from '../venv/place.ts'
import { badWheel, wheelsCollide } from './errors.ts'
import { formatRecord, type RecordRow } from './record.ts'
import { fillInterpreter, writeScript } from './script.ts'
import type { UnpackedWheel, WheelFile } from './unpack.ts'

interface Placed {
  readonly entry: FileEntry
  readonly sha256: string
}

/** Written by installers, never part of a wheel; and signatures over a RECORD that the installer writes anew. */
const dropped = new Set(['INSTALLER', 'REQUESTED', 'direct_url.json', 'RECORD', 'RECORD.jws', 'RECORD.p7s'])

/**
 * Where a wheel's files go in a virtual environment, as pip places them ("Binary distribution format", packaging.python.org),
 * with modes 0644 and 0755. INSTALLER and direct_url.json are not written: who installed it, and from where, is no property of an
 * image. Bytecode of the wheel is dropped, ours is made elsewhere. @throws `bad-wheel`, `wheels-collide`
 */
export async function layoutWheel(wheel: UnpackedWheel, place: VenvPlace): Promise<Tree> {
  const placed = new Map<string, Placed>()
  const put = (path: string, file: Placed): void => {
    refuseOwn(path, wheel, place)
    placed.set(path, file)
  }
  // Root first, then .data, then the generated scripts: of two files for one place the later counts, as with pip.
  for (const file of [...wheel.files].sort((a, b) => Number(isData(a)) - Number(isData(b)))) {
    const path = destination(file, wheel, place)
    if (path !== null) put(path, await placeFile(file, path, place))
  }
  for (const script of wheel.scripts) {
    const path = `${place.prefix}/bin/${script.name}`
    put(path, generated(path, Buffer.from(writeScript(script, interpreter(place))), 0o755))
  }
  const record = `${sitePackages(place)}/${wheel.distInfo}/RECORD`
  placed.set(record, generated(record, Buffer.from(recordOf(placed, record, place)), 0o644))
  refuseFilesAsDirectories(placed, wheel)
  return [...placed.values()].map(({ entry }) => entry)
}

function isData(file: WheelFile): boolean {
  return /^[^/]+\.data\//.test(file.path)
}

/** The path in the tree, or null for what is not installed. */
function destination(file: WheelFile, wheel: UnpackedWheel, place: VenvPlace): string | null {
  const parts = file.path.split('/')
  const [top = '', second = ''] = parts
  if (isCached(parts)) return null
  if (top === wheel.distInfo && parts.length === 2 && dropped.has(second)) return null
  if (!top.endsWith('.data') || parts.length === 1) return `${sitePackages(place)}/${file.path}`
  const rest = parts.slice(2).join('/')
  const root = dataRoot(second, wheel, place)
  if (root === null || rest === '')
    throw badWheel({
      what: `${wheel.name} ${wheel.version} is not a sound wheel.`,
      why: `nobody knows where ${file.path} belongs`,
      next: 'Take another version of the distribution, or tell its authors.',
    })
  // In a virtual environment lib64 is a link to lib: writing through it means writing there.
  return `${root}/${rest}`.replace(`${place.prefix}/lib64/`, `${place.prefix}/lib/`)
}

/** `.pyc` files beside their source are sourceless modules and stay; those in __pycache__ are of the machine that built the wheel. */
function isCached(parts: readonly string[]): boolean {
  return parts.at(-2) === '__pycache__' && (parts.at(-1)?.endsWith('.pyc') ?? false)
}

function dataRoot(scheme: string, wheel: UnpackedWheel, place: VenvPlace): string | null {
  if (scheme === 'purelib' || scheme === 'platlib') return sitePackages(place)
  if (scheme === 'scripts') return `${place.prefix}/bin`
  if (scheme === 'headers') return `${place.prefix}/include/site/python${place.minor}/${wheel.name}`
  return scheme === 'data' ? place.prefix : null
}

async function placeFile(file: WheelFile, path: string, place: VenvPlace): Promise<Placed> {
  if (file.asks) return generated(path, fillInterpreter(await readFile(file.bytes), interpreter(place)), 0o755)
  const script = path.startsWith(`${place.prefix}/bin/`)
  const mode = script || file.executable ? 0o755 : 0o644
  return { entry: { kind: 'file', path, mode, size: file.size, bytes: { file: file.bytes } }, sha256: file.sha256 }
}

function generated(path: string, data: Buffer, mode: number): Placed {
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { entry: { kind: 'file', path, mode, size: data.length, bytes: { data } }, sha256 }
}

function interpreter({ prefix }: VenvPlace): string {
  return `/${prefix}/bin/python`
}

function recordOf(placed: ReadonlyMap<string, Placed>, record: string, place: VenvPlace): string {
  const rows: RecordRow[] = [...placed.values()].map(({ entry, sha256 }) => ({
    path: posix.relative(sitePackages(place), entry.path),
    hash: { algorithm: 'sha256', digest: Buffer.from(sha256, 'hex') },
    size: entry.size,
  }))
  return formatRecord([...rows, { path: posix.relative(sitePackages(place), record), hash: null, size: null }])
}

/** What makes the environment an environment is ours: a wheel that brings its own `bin/python` would run instead of Python. */
function refuseOwn(path: string, wheel: UnpackedWheel, { prefix }: VenvPlace): void {
  const inside = path.slice(prefix.length + 1)
  if (!/^(?:pyvenv\.cfg|bin\/python(?:3(?:\.\d+)?)?|lib64|lib|bin)$/.test(inside)) return
  throw wheelsCollide({
    what: `${wheel.name} ${wheel.version} wants to replace ${inside} of the virtual environment.`,
    next: 'Leave the distribution out, or take another version of it.',
  })
}

function refuseFilesAsDirectories(placed: ReadonlyMap<string, Placed>, wheel: UnpackedWheel): void {
  for (const path of placed.keys())
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      if (placed.has(path.slice(0, end)))
        throw badWheel({
          what: `${wheel.name} ${wheel.version} is not a sound wheel.`,
          why: `${path.slice(0, end)} would be a file and a directory`,
          next: 'Take another version of the distribution, or tell its authors.',
        })
}
