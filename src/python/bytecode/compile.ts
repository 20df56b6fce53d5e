import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cache } from '../../kit/cache.ts'
import { mapParallel } from '../../kit/parallel.ts'
import type { Entry, FileEntry, Tree } from '../../model/tree.ts'
import { bytecodeFailed } from './errors.ts'

/** What to start: the image's interpreter with these arguments, these directories mounted and this text on its stdin. */
export interface PythonRun {
  /** After the interpreter. */
  readonly args: readonly string[]
  readonly mounts: readonly PythonMount[]
  readonly stdin: string
}

export interface PythonMount {
  /** Absolute, on this machine. */
  readonly source: string
  /** Absolute, where the interpreter sees it. */
  readonly target: string
  readonly writable: boolean
}

/** Runs it to its end and gives its stdout; rejects when it cannot be started or fails. */
export type RunPython = (run: PythonRun) => Promise<string>

export interface CompileOptions {
  readonly cache: Cache
  /** Says which sources these are: two trees of one key hold the same bytes (a wheel's sha256, a commit's tree). */
  readonly key: string
  /** Says which interpreter runs, to the build: its package's version or hash. Patch releases may compile differently. */
  readonly python: string
  /** Directory under which the interpreter sees its files; `/tmp/wherry-compile` without it. */
  readonly at?: string
}

export interface CompiledTree {
  /** The bytecode alone, beside its sources' places: `…/__pycache__/six.cpython-313.pyc`. */
  readonly tree: Tree
  /** Sources that do not compile, which is no fault of the image: templates, tests of syntax, Python 2. */
  readonly skipped: readonly { readonly path: string; readonly why: string }[]
}

interface Stored {
  readonly tag: string
  readonly files: readonly { readonly path: string; readonly size: number }[]
  readonly skipped: CompiledTree['skipped']
}

/** Part of the cache's key: another way to compile is another entry. */
const rule = 1
const script = fileURLToPath(new URL('../../../runtime/compile.py', import.meta.url))

/**
 * Compiles every `.py` file of a tree with the Python it will run on, to unchecked-hash bytecode: same sources, paths and interpreter
 * give the same bytes, whatever else is compiled and on however many processors (runtime/compile.py says how). Done once for each key;
 * then nothing is started nor read but a list. @throws `bytecode-failed`
 */
export async function compileTree(tree: Tree, options: CompileOptions, run: RunPython): Promise<CompiledTree> {
  const sources = tree.filter(isSource)
  if (sources.length === 0) return { tree: [], skipped: [] }
  const { cache } = options
  const entry = await cache.entry('bytecode', keyOf(sources, options), async directory => {
    const scratch = await cache.scratch()
    try {
      await stage(sources, scratch)
      await mkdir(directory)
      const answer = await run(describeRun(sources, scratch, directory, options.at ?? '/tmp/wherry-compile'))
      const stored = await readAnswer(answer, sources, directory)
      await writeFile(join(directory, 'bytecode.json'), JSON.stringify(stored))
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  })
  const { files, skipped } = JSON.parse(await readFile(join(entry, 'bytecode.json'), 'utf8')) as Stored
  const place = ({ path, size }: Stored['files'][number]): FileEntry => ({
    kind: 'file',
    path,
    mode: 0o644,
    size,
    bytes: { file: join(entry, path) },
  })
  return { tree: files.map(place), skipped }
}

function isSource(entry: Entry): entry is FileEntry {
  return entry.kind === 'file' && entry.path.endsWith('.py') && posix.basename(entry.path) !== '.py'
}

/** Bytecode names its source's place in the image, so the places belong to the key. */
function keyOf(sources: readonly FileEntry[], { key, python }: CompileOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([rule, key, python]))
  for (const path of sources.map(source => source.path).sort()) hash.update(`\0${path}`)
  return hash.digest('hex')
}

/** Puts the script and the sources, numbered, into one directory: links where the file system allows, copies elsewhere. */
async function stage(sources: readonly FileEntry[], directory: string): Promise<void> {
  await copyFile(script, join(directory, 'compile.py'))
  await mapParallel(sources, 16, async ({ bytes }, n) => {
    const target = join(directory, `${n}`)
    if ('data' in bytes) await writeFile(target, bytes.data)
    else await link(bytes.file, target).catch(() => copyFile(bytes.file, target))
  })
}

function describeRun(sources: readonly FileEntry[], scratch: string, directory: string, at: string): PythonRun {
  const files = sources.map(({ path }, n) => ({ source: `${at}/in/${n}`, path }))
  return {
    args: ['-S', `${at}/in/compile.py`],
    mounts: [
      { source: scratch, target: `${at}/in`, writable: false },
      { source: directory, target: `${at}/out`, writable: true },
    ],
    stdin: JSON.stringify({ output: `${at}/out`, files }),
  }
}

async function readAnswer(answer: string, sources: readonly FileEntry[], directory: string): Promise<Stored> {
  const skipped = new Map<number, string>()
  let end: { compiled?: unknown; tag?: unknown } = {}
  for (const line of answer.split('\n').filter(Boolean)) {
    const message = parse(line)
    if (typeof message['file'] === 'number') skipped.set(message['file'], String(message['why']))
    else end = message
  }
  const { tag } = end
  if (end.compiled !== sources.length - skipped.size || typeof tag !== 'string' || !/^[a-z0-9-]{1,40}$/.test(tag))
    throw bytecodeFailed({
      what: "The image's Python did not finish compiling.",
      why: answer.split('\n').at(-1) || 'it ended without an answer',
      next: 'Run the command again with --verbose; report it when it stays.',
    })
  const compiled = sources
    .filter((_, n) => !skipped.has(n))
    .map(({ path }) => bytecodePath(path, tag))
    .sort()
  return {
    tag,
    files: await mapParallel(compiled, 16, async path => ({ path, size: (await stat(join(directory, path))).size })),
    skipped: [...skipped]
      .map(([n, why]) => ({ path: sources[n]?.path ?? '', why }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** `a/b.py` → `a/__pycache__/b.cpython-313.pyc` (PEP 3147). */
export function bytecodePath(path: string, tag: string): string {
  const { dir, name } = posix.parse(path)
  return posix.join(dir, '__pycache__', `${name}.${tag}.pyc`)
}
