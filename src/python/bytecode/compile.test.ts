import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCache, type Cache } from '../../kit/cache.ts'
import type { FileEntry, Tree } from '../../model/tree.ts'
import { bytecodePath, compileTree, type CompileOptions, type PythonRun } from './compile.ts'

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
const options = (more: Partial<CompileOptions> = {}): CompileOptions => ({ cache, key: 'k', python: '3.13.5', ...more })

async function play(run: PythonRun): Promise<string> {
  runs.push(run)
  const here = (path: string): string =>
    run.mounts.reduce(
      (path, { source, target }) => (path.startsWith(target) ? source + path.slice(target.length) : path),
      path,
    )
  const job = JSON.parse(run.stdin) as { output: string; files: { source: string; path: string }[] }
  const lines: string[] = []
  for (const [n, { source, path }] of job.files.entries()) {
    const text = await readFile(here(source), 'utf8')
    if (text.includes('print "')) {
      lines.push(JSON.stringify({ file: n, why: 'SyntaxError: no' }))
      continue
    }
    const target = join(here(job.output), bytecodePath(path, 'cpython-313'))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, `code of ${text}`)
  }
  return `${lines.join('\n')}\n{"compiled": ${job.files.length - lines.length}, "tag": "cpython-313"}\n`
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
  const compiled = await compileTree(tree, options(), play)
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
  const first = await compileTree(tree, options(), play)
  expect(await compileTree(tree, options(), play)).toEqual(first)
  expect(runs).toHaveLength(1)
  await compileTree(tree, options({ key: 'other' }), play)
  await compileTree(tree, options({ python: '3.13.6' }), play)
  await compileTree([file('elsewhere.py', 'one')], options(), play)
  expect(runs).toHaveLength(4)
})

test('nothing to compile starts nothing', async () => {
  expect(await compileTree([file('a.txt', '')], options(), play)).toEqual({ tree: [], skipped: [] })
  expect(runs).toEqual([])
})

test.each(['', '{"compiled": 1, "tag": "cpython-313"}', '{"compiled": 3, "tag": "../x"}', 'Traceback', 'null', '3'])(
  'an interpreter that answers %j has failed, and leaves nothing behind',
  async answer => {
    const compile = compileTree(tree.slice(0, 3), options(), async () => answer)
    await expect(compile).rejects.toMatchObject({ code: 'bytecode-failed' })
    expect(await readdir(join(root, 'cache', 'tmp'))).toEqual([])
  },
)
