import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { copyFile, link, writeFile } from 'node:fs/promises'
import type { Entry, FileEntry, Tree } from '../../../model/tree.ts'
import { bytecodePath, type CompiledTree } from '../../../python/bytecode/compile.ts'
import type { Environment } from '../environment.ts'
import type { Tools } from '../tools.ts'

/** Counts up whenever the same file would be compiled differently. */
const rules = 2

/**
 * The bytecode of the app's own files, each known by its content and its place: after a change of one file, one file is compiled.
 * That is sound because each is compiled by itself (runtime/compile.py), so that no file's bytecode depends on another.
 */
export async function compileApp(tree: Tree, environment: Environment, tools: Tools): Promise<CompiledTree> {
  const sources = tree.filter(isSource).map(entry => ({ entry, key: keyOf(entry, environment.python) }))
  const known = await Promise.all(sources.map(({ key }) => find(key, tools)))
  const missing = sources.filter((_, i) => known[i] === null)
  if (missing.length > 0) await compileMissing(missing, environment, tools)
  const skipped: { path: string; why: string }[] = []
  const made: FileEntry[] = []
  for (const [i, { entry, key }] of sources.entries()) {
    const found = known[i] ?? (await find(key, tools))
    if (found === null) throw new Error(`bytecode of ${entry.path} was not kept`)
    if ('why' in found) skipped.push({ path: entry.path, why: found.why })
    else {
      const path = bytecodePath(entry.path, tagOf(environment))
      made.push({ kind: 'file', path, mode: 0o644, size: found.data.length, bytes: { data: found.data } })
    }
  }
  return { tree: made, skipped }
}

interface Source {
  readonly entry: FileEntry
  readonly key: string
}

function isSource(entry: Entry): entry is FileEntry {
  return entry.kind === 'file' && entry.path.endsWith('.py') && !entry.path.endsWith('/.py') && 'data' in entry.bytes
}

function keyOf({ path, bytes }: FileEntry, python: string): string {
  const hash = createHash('sha256').update(JSON.stringify([rules, python, path]))
  return hash.update('data' in bytes ? bytes.data : '').digest('hex')
}

/** CPython's cache tag (PEP 3147). */
function tagOf({ place }: Environment): string {
  return `cpython-${place.minor.replace('.', '')}`
}

async function find(key: string, { cache }: Tools): Promise<{ data: Uint8Array } | { why: string } | null> {
  const path = await cache.find('app-bytecode', key)
  if (path !== null) return { data: readFileSync(path) }
  const refused = await cache.find('app-bytecode-refused', key)
  return refused === null ? null : { why: readFileSync(refused, 'utf8') }
}

async function compileMissing(missing: readonly Source[], environment: Environment, tools: Tools): Promise<void> {
  const together = createHash('sha256')
    .update(missing.map(({ key }) => key).join(' '))
    .digest('hex')
  const [compiled] = await environment.compile([{ tree: missing.map(({ entry }) => entry), key: together }])
  const files = new Map(compiled?.tree.map(entry => [entry.path, entry]))
  const reasons = new Map(compiled?.skipped.map(({ path, why }) => [path, why]))
  for (const { entry, key } of missing) {
    const file = files.get(bytecodePath(entry.path, tagOf(environment)))
    if (file?.kind === 'file' && 'file' in file.bytes) {
      const from = file.bytes.file
      await tools.cache.entry('app-bytecode', key, to => link(from, to).catch(() => copyFile(from, to)))
    } else await tools.cache.entry('app-bytecode-refused', key, to => writeFile(to, reasons.get(entry.path) ?? ''))
  }
}
