import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCache, type Cache } from '../../kit/cache.ts'
import type { FileEntry, Tree } from '../../model/tree.ts'
import { takeSpare } from './compiler.ts'
import { compileTrees, type CompiledTree, type CompileOptions, type RunPython } from './compile.ts'
import type { PythonRun } from './job.ts'

/** The real compiler is proven in the image lane; here the interpreter's side of the contract is played. */
let root: string
let cache: Cache
let runs: PythonRun[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bytecode-'))
  cache = openCache(join(root, 'cache'))
  runs = []
})
afterEach(() => rm(root, { recursive: true }))

const file = (path: string, text: string): FileEntry => {
  const data = Buffer.from(text)
  return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
}
const options = (more: Partial<CompileOptions> = {}): CompileOptions => ({ cache, python: '3.13.5', ...more })
const compileOne = async (tree: Tree, run: RunPython, { key = 'k', python = '3.13.5' } = {}): Promise<CompiledTree> => {
  const [compiled] = await compileTrees([{ tree, key }], options({ python }), run)
  if (!compiled) throw new Error('one tree gives one')
  return compiled
}

async function play(run: PythonRun): Promise<string> {
  runs.push(run)
  const here = (path: string): string =>
    run.mounts.reduce(
      (path, { source, target }) => (path.startsWith(target) ? source + path.slice(target.length) : path),
      path,
    )
  const [, ...words] = (await run.stdin).split('\0')
  const lines: string[] = []
  for (let n = 0; n < words.length / 4; n += 1) {
    const [source = '', size, , target = ''] = words.slice(n * 4)
    const text = await readFile(here(source), 'utf8')
    expect(size).toBe(`${text.length}`)
    if (text.includes('print "')) lines.push(JSON.stringify({ file: n, why: 'SyntaxError: no' }))
    else await writeFile(here(target), `code of ${text}`, { flag: 'wx' })
  }
  return `${lines.join('\n')}\n{"tag": "cpython-313"}\n`
}

const tree: Tree = [
  file('venv/lib/a/__init__.py', 'one'),
  file('venv/lib/b.py', 'two!'),
  file('venv/lib/old.py', 'print "x"'),
  file('venv/lib/.py', 'no module'),
  file('venv/lib/data.txt', 'text'),
  { kind: 'link', path: 'venv/lib/link.py', target: 'b.py' },
]

test('gives bytecode for each module, and names what does not compile', async () => {
  const compiled = await compileOne(tree, play)
  expect(compiled.tree.map(entry => [entry.path, entry.kind === 'file' && entry.size])).toEqual([
    ['venv/lib/__pycache__/b.cpython-313.pyc', 12],
    ['venv/lib/a/__pycache__/__init__.cpython-313.pyc', 11],
  ])
  expect(compiled.skipped).toEqual([{ path: 'venv/lib/old.py', why: 'SyntaxError: no' }])
  expect(runs[0]?.mounts.map(({ target, writable }) => [target, writable])).toEqual([
    ['/tmp/wherry-compile/in', false],
    ['/tmp/wherry-compile/out', true],
  ])
})

test('starts nothing for what it compiled before; another key, interpreter or place is another matter', async () => {
  const first = await compileOne(tree, play)
  expect(await compileOne(tree, play)).toEqual(first)
  expect(runs).toHaveLength(1)
  await compileOne(tree, play, { key: 'other' })
  await compileOne(tree, play, { python: '3.13.6' })
  await compileOne([file('elsewhere.py', 'one')], play)
  expect(runs).toHaveLength(4)
})

test('several trees are compiled in one run, each kept by itself', async () => {
  const one = { tree: [file('a.py', 'a'), file('old.py', 'print "x"')], key: 'one' }
  const two = { tree: [file('b.py', 'bb'), file('c.py', 'c')], key: 'two' }
  const none = { tree: [file('d.txt', '')], key: 'none' }
  const compiled = await compileTrees([one, none, two], options(), play)
  expect(runs).toHaveLength(1)
  expect(await Promise.all([one, none, two].map(({ tree, key }) => compileOne(tree, play, { key })))).toEqual(compiled)
  expect(runs).toHaveLength(1)
  const texts = compiled.map(({ tree, skipped }) => [
    tree.map(entry => (entry.kind === 'file' && 'file' in entry.bytes ? readFileSync(entry.bytes.file, 'utf8') : '')),
    skipped.map(({ path }) => path),
  ])
  expect(texts).toEqual([
    [['code of a'], ['old.py']],
    [[], []],
    [['code of bb', 'code of c'], []],
  ])
  await compileTrees([two, { tree: [file('e.py', 'e')], key: 'more' }], options(), play)
  expect((await runs[1]?.stdin)?.split('\0')).toHaveLength(1 + 4)
})

test('nothing to compile starts nothing', async () => {
  expect(await compileOne([file('a.txt', '')], play)).toEqual({ tree: [], skipped: [] })
  expect(runs).toEqual([])
})

test.each(['', '{"tag": "cpython-313"}', '{"tag": "../x"}', 'Traceback', 'null', '3'])(
  'an interpreter that answers %j has failed, and leaves nothing behind',
  async answer => {
    const compile = compileOne(tree.slice(0, 3), async () => answer)
    await expect(compile).rejects.toMatchObject({ code: 'bytecode-failed' })
    expect(await readdir(join(root, 'cache', 'tmp'))).toEqual([])
  },
)

test('a compiler stands by for a process that compiles again, and is used once', async () => {
  const ready = Promise.withResolvers<void>()
  const waiting = (run: PythonRun): Promise<string> => {
    if (runs.length === 1) ready.resolve()
    return play(run)
  }
  const compile = (text: string): Promise<CompiledTree[]> =>
    compileTrees([{ tree: [file('a.py', text)], key: text }], options({ spare: 'python' }), waiting)
  await compile('one')
  await ready.promise
  expect(runs).toHaveLength(2)
  const [compiled] = await compile('two')
  // No other was started for it.
  expect(runs).toHaveLength(2)
  const [entry] = compiled?.tree ?? []
  expect(entry?.kind === 'file' && 'file' in entry.bytes && readFileSync(entry.bytes.file, 'utf8')).toBe('code of two')
  takeSpare('python')
})
