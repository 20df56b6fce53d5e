import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashFile } from '../../../kit/hash-file.ts'
import type { Entry, Tree } from '../../../model/tree.ts'
import { withScratch, type Tools } from '../tools.ts'
import type { Collected } from './collect.ts'

/** Counts up whenever the same run would be remembered otherwise. */
const rules = 3

export interface Remembered {
  readonly collected: Collected
  /** The files, in the cache; null when nothing was collected. */
  readonly files: string | null
  /** Names the files. */
  readonly key: string
}

/** One run of collectstatic: what it says, its files moved to `target` (a path that does not exist yet). */
export type Run = (take: (directory: string | null) => Promise<void>) => Promise<Collected>

/**
 * Runs collectstatic only when something it depends on changed. It starts from the same files without network and in the same
 * environment, so its outcome follows from what it reads: the layers below (`below` names them), which files the app has, and the
 * content of those it opened. Files that are no Python source count always, read or not: a program in C may read them unheard. So a
 * changed view, which collectstatic never imports, costs nothing; a changed model or style sheet does.
 *
 * A run may read more than the one before it. Hence a chain: an entry says either the outcome for what is known so far, or which
 * further sources to look at, whose content then names the next entry.
 */
export async function rememberStatics(app: Tree, below: string, tools: Tools, run: Run): Promise<Remembered> {
  const sources = new Map(app.filter(isSource).map(entry => [`/${entry.path}`, hashOf(entry)]))
  let key = firstKey(app, below)
  const known = new Set<string>()
  for (;;) {
    const kept = await tools.cache.find('statics', key)
    if (kept === null) return runAndKeep({ key, sources, known }, tools, run)
    const { collected, more } = JSON.parse(readFileSync(join(kept, 'kept.json'), 'utf8')) as Kept
    if (collected !== null) return { collected, files: filesOf(kept), key }
    for (const path of more) known.add(path)
    key = nextKey(key, more, sources)
  }
}

interface Kept {
  readonly collected: Collected | null
  /** Sources to look at next. */
  readonly more: readonly string[]
}

interface Place {
  readonly key: string
  readonly sources: ReadonlyMap<string, string>
  readonly known: ReadonlySet<string>
}

async function runAndKeep({ key, sources, known }: Place, tools: Tools, run: Run): Promise<Remembered> {
  return withScratch(tools, async scratch => {
    const files = join(scratch, 'files')
    const collected = await run(async directory => {
      if (directory !== null) await rename(directory, files)
    })
    const read = collected.traced ? readSources(collected, sources) : [...sources.keys()]
    const more = read.filter(path => !known.has(path)).sort()
    const last = more.length === 0 ? key : nextKey(key, more, sources)
    const kept = await keep(tools, last, { collected, more: [] }, existsSync(files) ? files : null)
    if (more.length > 0) await keep(tools, key, { collected: null, more }, null)
    return { collected, files: filesOf(kept), key: last }
  })
}

function keep(tools: Tools, key: string, kept: Kept, files: string | null): Promise<string> {
  return tools.cache.entry('statics', key, async made => {
    await mkdir(made)
    if (files !== null) await rename(files, join(made, 'files'))
    await writeFile(join(made, 'kept.json'), JSON.stringify(kept))
  })
}

function filesOf(kept: string): string | null {
  const files = join(kept, 'files')
  return existsSync(files) ? files : null
}

/** The app's sources among what was opened, as itself or as its bytecode. */
function readSources({ reads }: Collected, sources: ReadonlyMap<string, string>): string[] {
  const opened = reads.map(path => path.replace(/\/__pycache__\/([^/]+)\.cpython-\d+\.pyc$/, '/$1.py'))
  return [...new Set(opened)].filter(path => sources.has(path))
}

function firstKey(app: Tree, below: string): string {
  const lines = app.map(entry => JSON.stringify([entry.path, entry.kind, contentOf(entry)])).sort()
  return sha256(JSON.stringify([rules, below, lines]))
}

function contentOf(entry: Entry): unknown {
  if (entry.kind === 'link') return entry.target
  return isSource(entry) || entry.kind === 'directory' ? entry.mode : [entry.mode, hashOf(entry)]
}

function nextKey(key: string, paths: readonly string[], sources: ReadonlyMap<string, string>): string {
  return sha256(JSON.stringify([key, paths.map(path => [path, sources.get(path) ?? null])]))
}

function isSource(entry: Entry): boolean {
  return entry.kind === 'file' && entry.path.endsWith('.py')
}

function hashOf(entry: Entry): string {
  if (entry.kind !== 'file') return ''
  return 'data' in entry.bytes ? sha256(entry.bytes.data) : hashFile(entry.bytes.file)
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
