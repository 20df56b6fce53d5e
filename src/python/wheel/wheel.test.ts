import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWheel, makeZip, type WheelParts, type ZipMember } from '../../../test/support/make-wheel.ts'
import { openCache, type Cache } from '../../kit/cache.ts'
import type { FileEntry, Tree } from '../../model/tree.ts'
import { layoutWheel } from './layout.ts'
import { mergeWheels } from './merge.ts'
import { unpackWheel, type UnpackedWheel } from './unpack.ts'

let root: string
let cache: Cache
let count = 0
const place = { prefix: 'venv', minor: '3.13' }
const site = 'venv/lib/python3.13/site-packages'

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wheel-'))
  cache = openCache(join(root, 'cache'))
})
afterAll(() => rm(root, { recursive: true }))

async function unpack(bytes: Buffer, file = 'demo-1.0-py3-none-any.whl'): Promise<UnpackedWheel> {
  count += 1
  const path = join(root, `${count}.whl`)
  await writeFile(path, bytes)
  return unpackWheel({ path, file, sha256: createHash('sha256').update(bytes).digest('hex') }, cache)
}

async function layout(parts: WheelParts): Promise<Tree> {
  return layoutWheel(await unpack(makeWheel(parts)), place)
}

async function text(tree: Tree, path: string): Promise<string> {
  const entry = tree.find((entry): entry is FileEntry => entry.kind === 'file' && entry.path === path)
  if (!entry) throw new Error(`no ${path} in ${tree.map(entry => entry.path).join(' ')}`)
  const { bytes } = entry
  return 'data' in bytes ? Buffer.from(bytes.data).toString() : readFile(bytes.file, 'utf8')
}

function modes(tree: Tree): Record<string, string> {
  return Object.fromEntries(
    tree.map(entry => [entry.path, entry.kind === 'file' ? entry.mode.toString(8) : entry.kind]),
  )
}

describe('layout', () => {
  test('puts every part of a wheel where pip puts it, with plain modes', async () => {
    const tree = await layout({
      members: [
        { name: 'demo/__init__.py', content: 'x = 1\n', mode: 0o100600 },
        { name: 'demo/tool', content: 'binary', mode: 0o104755 },
        { name: 'demo/__pycache__/__init__.cpython-313.pyc', content: 'stale' },
        { name: 'demo/sourceless.pyc', content: 'code' },
        { name: 'demo-1.0.data/purelib/pure.py', content: '1' },
        { name: 'demo-1.0.data/platlib/plat.so', content: '2', mode: 0o100755 },
        { name: 'demo-1.0.data/headers/demo.h', content: '3' },
        { name: 'demo-1.0.data/data/share/man/demo.1', content: '4' },
        { name: 'demo-1.0.data/data/lib64/python3.13/site-packages/far.py', content: '5' },
        { name: 'demo-1.0.data/scripts/run.sh', content: '#!/bin/sh\n' },
        { name: 'demo-1.0.dist-info/INSTALLER', content: 'pip' },
        { name: 'demo-1.0.dist-info/direct_url.json', content: '{}' },
        { name: 'demo-1.0.dist-info/licenses/RECORD', content: 'not the one' },
      ],
    })
    expect(modes(tree)).toEqual({
      [`${site}/demo/__init__.py`]: '644',
      [`${site}/demo/tool`]: '755',
      [`${site}/demo/sourceless.pyc`]: '644',
      [`${site}/pure.py`]: '644',
      [`${site}/plat.so`]: '755',
      [`${site}/far.py`]: '644',
      'venv/include/site/python3.13/demo/demo.h': '644',
      'venv/share/man/demo.1': '644',
      'venv/bin/run.sh': '755',
      [`${site}/demo-1.0.dist-info/METADATA`]: '644',
      [`${site}/demo-1.0.dist-info/WHEEL`]: '644',
      [`${site}/demo-1.0.dist-info/RECORD`]: '644',
      [`${site}/demo-1.0.dist-info/licenses/RECORD`]: '644',
    })
  })

  test('writes console scripts, and fills in the interpreter of those that ask', async () => {
    const tree = await layout({
      members: [
        { name: 'demo-1.0.data/scripts/old.py', content: '#!python -E\r\nprint(1)\n' },
        { name: 'demo-1.0.data/scripts/demo', content: 'is replaced' },
      ],
      entryPoints:
        '[console_scripts]\ndemo = demo.cli:App.main [extra]\n; note\n[gui_scripts]\nwin=demo:w\n[other]\nx = y z\n',
    })
    expect(await text(tree, 'venv/bin/old.py')).toBe('#!/venv/bin/python\nprint(1)\n')
    expect(await text(tree, 'venv/bin/demo')).toBe(
      "#!/venv/bin/python\nimport sys\nfrom demo.cli import App\n\nif __name__ == '__main__':\n    sys.exit(App.main())\n",
    )
    expect(modes(tree)['venv/bin/win']).toBe('755')
    expect(modes(tree)['venv/bin/x']).toBeUndefined()
  })

  test('RECORD lists what is there: sorted, relative, hashed, no bytecode', async () => {
    const tree = await layout({
      members: [
        { name: 'demo/a,b.py', content: 'x' },
        { name: 'demo/__pycache__/a.cpython-313.pyc', content: 'x' },
      ],
      entryPoints: '[console_scripts]\ndemo = demo:main\n',
    })
    const rows = (await text(tree, `${site}/demo-1.0.dist-info/RECORD`)).trimEnd().split('\n')
    expect(rows.map(row => row.replace(/,sha256=[\w-]{43},\d+$/, ' ok'))).toEqual([
      '../../../bin/demo ok',
      'demo-1.0.dist-info/METADATA ok',
      'demo-1.0.dist-info/RECORD,,',
      'demo-1.0.dist-info/WHEEL ok',
      'demo-1.0.dist-info/entry_points.txt ok',
      '"demo/a,b.py" ok',
    ])
    expect(rows[5]).toContain(`sha256=${createHash('sha256').update('x').digest('base64url')},1`)
  })

  test('gives the same bytes each time, the second time from the cache', async () => {
    const wheel = makeWheel({ entryPoints: '[console_scripts]\ndemo = demo:main\n' })
    const first = await layoutWheel(await unpack(wheel), place)
    expect(await layoutWheel(await unpack(wheel), place)).toEqual(first)
  })

  test.each(['bin/python', 'bin/python3', 'bin/python3.13', 'pyvenv.cfg', 'lib'])(
    'refuses to replace %s',
    async path => {
      const parts = { members: [{ name: `demo-1.0.data/data/${path}`, content: 'evil' }] }
      await expect(layout(parts)).rejects.toMatchObject({ code: 'wheels-collide' })
    },
  )

  test.each(['demo-1.0.data/nowhere/x', 'demo-1.0.data/x'])('refuses %s, which belongs nowhere', async name => {
    await expect(layout({ members: [{ name, content: '' }] })).rejects.toMatchObject({ code: 'bad-wheel' })
  })
})

describe('what is no sound wheel is refused as bad-wheel', () => {
  const member = (name: string, more: Partial<ZipMember> = {}): WheelParts => ({ members: [{ name, ...more }] })
  const cases: readonly [string, WheelParts, RegExp][] = [
    ['a parent directory', member('../evil.py'), /relative path/],
    ['a parent directory within', member('demo/../../evil.py'), /relative path/],
    ['an absolute path', member('/etc/passwd'), /absolute path/],
    ['a drive', member('C:/evil.py'), /absolute path/],
    ['a backslash', member('demo\\..\\evil.py'), /characters/],
    ['an empty component', member('demo//x.py'), /no relative path/],
    ['a dot', member('./demo.py'), /no relative path/],
    ['NUL in a name', member('demo\0.py'), /no file name/],
    ['an endless name', member('x'.repeat(300)), /no relative path/],
    ['a link', member('demo/link', { content: '/etc/passwd', mode: 0o120777 }), /not a plain file/],
    ['a device', member('demo/null', { mode: 0o020666 }), /not a plain file/],
    ['a name twice', { members: [{ name: 'a.py' }, { name: 'a.py' }] }, /twice/],
    ['a file that is a directory', { members: [{ name: 'a' }, { name: 'a/b.py' }] }, /file and a directory/],
    ['a size that is a lie', member('a.py', { content: 'x'.repeat(5000), claim: 10 }), /cannot be unpacked/],
    ['a size that is too large', member('a.py', { content: 'x', claim: 10 }), /cut short|cannot be unpacked/],
    ['a bomb', member('a.py', { content: 'x', claim: 0xfffffff0 }), /unpack to more/],
    ['two dist-infos', member('other-1.dist-info/METADATA', { content: 'Name: other\n' }), /it holds/],
    ['a dist-info in other case', member('DEMO-1.0.DIST-INFO/x'), /it holds/],
    ['a future format', { wheelVersion: '2.0' }, /wheel format 2.0/],
    ['a script that escapes', { entryPoints: '[console_scripts]\n../../x = a:b\n' }, /no usable name/],
    ['a script that is code', { entryPoints: '[console_scripts]\nx = a:b();import os\n' }, /names no function/],
    ['a script of a module', { entryPoints: '[console_scripts]\nx = os\n' }, /names no function/],
    ['a wrong hash', { record: `demo/__init__.py,sha256=${'A'.repeat(43)},6\n` }, /not the file that RECORD lists/],
    ['a weak hash', { record: 'demo/__init__.py,md5=abcd,6\n' }, /md5/],
    ['a RECORD that is no CSV', { record: '"demo/__init__.py,,\n' }, /quote/],
  ]
  test.each(cases)('%s', async (_, parts, why) => {
    await expect(unpack(makeWheel(parts))).rejects.toMatchObject({ code: 'bad-wheel', why: expect.stringMatching(why) })
  })

  test.each([
    ['another name', 'other-1.0-py3-none-any.whl'],
    ['another version', 'demo-2.0-py3-none-any.whl'],
    ['no wheel name', 'demo.whl'],
  ])('a file name with %s', async (_, file) => {
    await expect(unpack(makeWheel(), file)).rejects.toMatchObject({ code: 'bad-wheel' })
  })

  test('no RECORD, no dist-info, no archive at all, a cut one', async () => {
    const sound = makeWheel()
    const info = 'demo-1.0.dist-info'
    const bare = makeZip([
      { name: `${info}/METADATA`, content: 'Name: demo\nVersion: 1.0\n' },
      { name: `${info}/WHEEL`, content: 'Wheel-Version: 1.0\n' },
    ])
    for (const bytes of [
      bare,
      makeZip([{ name: 'a.py' }]),
      Buffer.from('hello'),
      sound.subarray(0, -30),
      Buffer.alloc(0),
    ])
      await expect(unpack(bytes)).rejects.toMatchObject({ code: 'bad-wheel' })
  })

  test('nothing of it stays in the cache, so that the next attempt judges anew', async () => {
    const bad = makeWheel({ record: 'demo/__init__.py,md5=abcd,6\n' })
    await expect(unpack(bad)).rejects.toMatchObject({ code: 'bad-wheel' })
    await expect(unpack(bad)).rejects.toMatchObject({ code: 'bad-wheel' })
  })
})

test('oddities that pip installs are installed, and noted', async () => {
  const wheel = await unpack(
    makeWheel({ record: 'gone.py,,\ngone.pyc,,\n', members: [{ name: 'Readme' }, { name: 'README' }] }),
  )
  expect(wheel.files).toHaveLength(5)
  expect(wheel.notes).toContain('gone.py is in RECORD but not in the wheel')
  expect(wheel.notes).toContain('README is not in RECORD')
  expect(wheel.notes.join()).not.toContain('gone.pyc')
})

test('a name spelled otherwise is the same distribution', async () => {
  const wheel = await unpack(
    makeWheel({ name: 'Zope_Interface', version: '1.0.0' }),
    'zope.interface-1.0-py3-none-any.whl',
  )
  expect(wheel.name).toBe('Zope_Interface')
})

describe('merge', () => {
  const file = (path: string, text: string): FileEntry => {
    const data = Buffer.from(text)
    return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
  }

  test('the later wheel counts; equal files are no matter', async () => {
    const merged = await mergeWheels([
      { name: 'a', tree: [file('ns/__init__.py', 'one'), file('ns/same', '='), file('ns/a', '')] },
      { name: 'b', tree: [file('ns/__init__.py', 'two'), file('ns/same', '='), file('ns/b', '')] },
    ])
    expect(merged.replaced).toEqual([{ path: 'ns/__init__.py', loser: 'a', winner: 'b' }])
    expect(merged.wheels.map(({ tree }) => tree.map(({ path }) => path))).toEqual([
      ['ns/a'],
      ['ns/__init__.py', 'ns/same', 'ns/b'],
    ])
  })

  test('a file and a directory of one name cannot be', async () => {
    const wheels = [
      { name: 'a', tree: [file('x', '')] },
      { name: 'b', tree: [file('x/y', '')] },
    ]
    await expect(mergeWheels(wheels)).rejects.toMatchObject({ code: 'wheels-collide' })
  })
})
