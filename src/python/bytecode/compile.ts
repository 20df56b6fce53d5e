import { createHash } from 'node:crypto'
import { statSync, writeFileSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { Cache } from '../../kit/cache.ts'
import type { Entry, FileEntry, Tree } from '../../model/tree.ts'
import { keepSpare, startCompiler, takeSpare, type RunPython } from './compiler.ts'
import { describeSources, failed, readAnswer, stage, type Answer } from './job.ts'

export type { RunPython } from './compiler.ts'

export interface CompileOptions {
  readonly cache: Cache
  /** Says which interpreter runs, to the build: its package's version or hash. Patch releases may compile differently. */
  readonly python: string
  /** Directory under which the interpreter sees its files; `/tmp/wherry-compile` without it. */
  readonly at?: string
  /** For a process that will compile again: the name of a compiler that stands by, which says all that its run depends on. */
  readonly spare?: string
}

export interface SourceTree {
  readonly tree: Tree
  /** Says which sources these are: two trees of one key hold the same bytes (a wheel's sha256, a commit's tree). */
  readonly key: string
}

export interface CompiledTree {
  /** The bytecode alone, beside its sources' places: `…/__pycache__/six.cpython-313.pyc`. */
  readonly tree: Tree
  /** Sources that do not compile, which is no fault of the image: templates, tests of syntax, Python 2. */
  readonly skipped: readonly { readonly path: string; readonly why: string }[]
}

interface Stored {
  /** Bytecode lies under its number in the list of sources. */
  readonly files: readonly { readonly path: string; readonly size: number; readonly file: number }[]
  readonly skipped: CompiledTree['skipped']
}

/** Part of the cache's key: another way to compile is another entry. */
const rule = 2
const listName = 'bytecode.json'

/**
 * Compiles every `.py` file of each tree with the Python it will run on, to unchecked-hash bytecode: same sources, paths and interpreter
 * give the same bytes, whatever else is compiled and on however many processors (runtime/compile.py says how). Done once for each key;
 * all that is not done yet in one run, for an interpreter takes longer to start than most files to compile. @throws `bytecode-failed`
 */
export async function compileTrees(
  all: readonly SourceTree[],
  options: CompileOptions,
  run: RunPython,
): Promise<CompiledTree[]> {
  const { cache } = options
  const works = all.map(({ tree, key }) => workOf(tree.filter(isSource), key, options))
  const known = await Promise.all(works.map(work => cache.find('bytecode', work.key)))
  const missing = works.filter((work, i) => known[i] === null && work.sources.length > 0)
  if (missing.length > 0) await compileMissing(missing, options, run)
  return Promise.all(works.map(work => readStored(work, cache)))
}

/** One tree to compile, by its place in the cache. */
interface Work {
  readonly key: string
  readonly sources: readonly FileEntry[]
}

function workOf(sources: readonly FileEntry[], key: string, { python }: CompileOptions): Work {
  // Bytecode names its source's place in the image, so the places belong to the key.
  const hash = createHash('sha256').update(JSON.stringify([rule, key, python]))
  for (const path of sources.map(source => source.path).sort()) hash.update(`\0${path}`)
  return { key: hash.digest('hex'), sources }
}

function isSource(entry: Entry): entry is FileEntry {
  return entry.kind === 'file' && entry.path.endsWith('.py') && posix.basename(entry.path) !== '.py'
}

async function readStored({ key, sources }: Work, cache: Cache): Promise<CompiledTree> {
  const entry = sources.length === 0 ? null : await cache.find('bytecode', key)
  if (entry === null) return { tree: [], skipped: [] }
  const { files, skipped } = JSON.parse(await readFile(join(entry, listName), 'utf8')) as Stored
  const place = ({ path, size, file }: Stored['files'][number]): FileEntry => ({
    kind: 'file',
    path,
    mode: 0o644,
    size,
    bytes: { file: join(entry, `${file}`) },
  })
  return { tree: files.map(place), skipped }
}

async function compileMissing(works: readonly Work[], options: CompileOptions, run: RunPython): Promise<void> {
  const { cache, at = '/tmp/wherry-compile', spare } = options
  const compiler = (spare === undefined ? null : takeSpare(spare)) ?? (await startCompiler({ cache, at }, run))
  try {
    const trees = works.map(({ sources }) => sources)
    await stage(trees, compiler.places)
    const answer = readAnswer(await compiler.compile(describeSources(trees, at)))
    let first = 0
    for (const [n, { key, sources }] of works.entries()) {
      const directory = join(compiler.places.output, `${n}`)
      const stored = storedOf(sources, answer, first, directory)
      writeFileSync(join(directory, listName), JSON.stringify(stored))
      await cache.entry('bytecode', key, made => rename(directory, made))
      first += sources.length
    }
  } finally {
    await compiler.clear()
  }
  if (spare !== undefined) keepSpare(spare, { cache, at }, run)
}

/** What came of one tree, whose sources have the numbers from `first` on. */
function storedOf(sources: readonly FileEntry[], answer: Answer, first: number, directory: string): Stored {
  const files: Stored['files'][number][] = []
  const skipped: CompiledTree['skipped'][number][] = []
  for (const [i, { path }] of sources.entries()) {
    const why = answer.skipped.get(first + i)
    const made = why === undefined ? statSync(join(directory, `${i}`), { throwIfNoEntry: false }) : undefined
    if (why !== undefined) skipped.push({ path, why })
    else if (made?.isFile()) files.push({ path: bytecodePath(path, answer.tag), size: made.size, file: i })
    else throw failed(`it left ${path} out`)
  }
  const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1)
  return { files: files.sort(byPath), skipped: skipped.sort(byPath) }
}

/** `a/b.py` → `a/__pycache__/b.cpython-313.pyc` (PEP 3147). */
export function bytecodePath(path: string, tag: string): string {
  const { dir, name } = posix.parse(path)
  return posix.join(dir, '__pycache__', `${name}.${tag}.pyc`)
}
