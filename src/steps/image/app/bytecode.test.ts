import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCache } from '../../../kit/cache.ts'
import type { FileEntry, Tree } from '../../../model/tree.ts'
import { bytecodePath, type CompiledTree, type SourceTree } from '../../../python/bytecode/compile.ts'
import type { Environment } from '../environment.ts'
import type { Tools } from '../tools.ts'
import { compileApp } from './bytecode.ts'

let root: string
let tools: Tools
let compiled: string[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bytecode-'))
  tools = { cache: openCache(join(root, 'cache')), report: () => {} }
  compiled = []
})
afterEach(() => rmSync(root, { recursive: true }))

/** Stands in for the image's Python: bytecode is the source in capitals, `print "x"` does not compile. */
async function compile([given]: readonly SourceTree[]): Promise<CompiledTree[]> {
  const skipped: { path: string; why: string }[] = []
  const made: FileEntry[] = []
  for (const entry of given?.tree ?? []) {
    if (entry.kind !== 'file' || !('data' in entry.bytes)) continue
    compiled.push(entry.path)
    const text = Buffer.from(entry.bytes.data).toString()
    if (text.includes('print "')) skipped.push({ path: entry.path, why: 'SyntaxError: old' })
    else {
      const file = join(root, `${compiled.length}`)
      writeFileSync(file, text.toUpperCase())
      const path = bytecodePath(entry.path, 'cpython-313')
      made.push({ kind: 'file', path, mode: 0o644, size: text.length, bytes: { file } })
    }
  }
  return [{ tree: made, skipped }]
}

const environment = { place: { prefix: 'venv', minor: '3.13' }, python: 'build-1', compile } as unknown as Environment

const app = (files: Record<string, string>): Tree =>
  Object.entries(files).map(([path, text]) => {
    const data = Buffer.from(text)
    return { kind: 'file', path: `app/${path}`, mode: 0o644, size: data.length, bytes: { data } }
  })

function bytes({ tree }: CompiledTree): Record<string, string> {
  const text = (entry: Tree[number]): string =>
    entry.kind === 'file' && 'data' in entry.bytes ? Buffer.from(entry.bytes.data).toString() : ''
  return Object.fromEntries(tree.map(entry => [entry.path, text(entry)]))
}

test('after a change of one file, one file is compiled', async () => {
  const files = { 'a.py': 'a', 'b/c.py': 'c', 'page.html': '<' }
  const first = await compileApp(app(files), environment, tools)
  expect(bytes(first)).toEqual({
    'app/__pycache__/a.cpython-313.pyc': 'A',
    'app/b/__pycache__/c.cpython-313.pyc': 'C',
  })
  compiled = []
  expect(bytes(await compileApp(app({ ...files, 'a.py': 'new' }), environment, tools))).toMatchObject({
    'app/__pycache__/a.cpython-313.pyc': 'NEW',
  })
  expect(compiled).toEqual(['app/a.py'])
})

test('a file that does not compile is named each time, and tried once', async () => {
  const tree = app({ 'old.py': 'print "x"', 'a.py': 'a' })
  const skipped = [{ path: 'app/old.py', why: 'SyntaxError: old' }]
  expect((await compileApp(tree, environment, tools)).skipped).toEqual(skipped)
  compiled = []
  const again = await compileApp(tree, environment, tools)
  expect([again.skipped, compiled]).toEqual([skipped, []])
})

test('the same source elsewhere, or another interpreter, is compiled again', async () => {
  await compileApp(app({ 'a.py': 'a' }), environment, tools)
  compiled = []
  await compileApp(app({ 'b.py': 'a' }), environment, tools)
  await compileApp(app({ 'a.py': 'a' }), { ...environment, python: 'build-2' }, tools)
  expect(compiled).toEqual(['app/b.py', 'app/a.py'])
})
