import { describe, expect, test } from 'vitest'
import { closureOf, importsOf } from './imports.ts'
import { findOrigin } from './origin.ts'
import { findImported, moduleName, packageRoot, searchRoots } from './resolve.ts'
import { createSourceTree, type SourceTree } from './tree.ts'

function treeOf(files: Readonly<Record<string, string>>, libraries?: ReadonlySet<string>): SourceTree {
  const texts = { files: Object.keys(files).sort(), text: (path: string) => files[path] ?? null }
  return createSourceTree(texts, () => false, libraries)
}

/** `file:line` for what the repository binds, the dotted name for a library's. */
function origin(files: Readonly<Record<string, string>>, file: string, name: string): string | null {
  const found = findOrigin(treeOf(files), file, name)
  if (found?.kind === 'bound') return `${found.file}:${found.binding.line}`
  return found?.kind === 'external' ? found.name : (found?.place.file ?? null)
}

describe('a name is followed to where it is made', () => {
  test.each([
    ['a binding', { 'a.py': 'x = 1\n' }, 'a.py:1'],
    ['an import', { 'a.py': 'from b import y as x\n', 'b.py': '\ny = 1\n' }, 'b.py:2'],
    [
      'a re-export of a package',
      { 'a.py': 'from p import x\n', 'p/__init__.py': 'from .q import x\n', 'p/q.py': 'x = 1\n' },
      'p/q.py:1',
    ],
    ['a star', { 'a.py': 'from b import *\n', 'b.py': 'x = 1\n' }, 'b.py:1'],
    ['a star of a star', { 'a.py': 'from b import *\n', 'b.py': 'from c import *\n', 'c.py': 'x = 1\n' }, 'c.py:1'],
    [
      'a constant behind a library’s star',
      {
        'a.py': 'from b import X as x\n',
        'b.py': 'from c import *\nfrom library import *\n',
        'c.py': 'X = 1\n',
      },
      'c.py:1',
    ],
    ['a submodule', { 'a.py': 'from p import x\n', 'p/__init__.py': '', 'p/x.py': '' }, 'p/x.py'],
    ['a library', { 'a.py': 'from flask import Flask as x\n' }, 'flask.Flask'],
    ['a module of a library', { 'a.py': 'import os.path as x\n' }, 'os.path'],
    ['a circle', { 'a.py': 'from b import x\n', 'b.py': 'from a import x\n' }, null],
    ['an import for type checkers', { 'a.py': 'if TYPE_CHECKING:\n  from b import x\n', 'b.py': 'x = 1\n' }, null],
    ['nothing', { 'a.py': '' }, null],
  ] as const)('%s', (_, files, expected) => expect(origin(files, 'a.py', 'x')).toBe(expected))
})

describe('modules and files', () => {
  test('a file in packages: above them first, then src, then its own directories', () => {
    const tree = treeOf({
      'backend/src/x.py': '',
      'backend/app/__init__.py': '',
      'backend/app/api/__init__.py': '',
      'backend/app/api/a.py': '',
    })
    expect(packageRoot(tree, 'backend/app/api/a.py')).toBe('backend')
    expect(searchRoots(tree, 'backend/app/api/a.py')).toEqual([
      'backend',
      'backend/src',
      '',
      'backend/app/api',
      'backend/app',
    ])
  })

  test('a script does not import itself, a package may', () => {
    const tree = treeOf({
      'redis.py': 'import redis\n',
      'app/__init__.py': 'from app import views\n',
      'app/views.py': '',
    })
    expect(findImported(tree, 'redis.py', 0, 'redis')).toBeNull()
    expect(importsOf(tree, 'app/__init__.py').map(one => one.file)).toEqual(['app/__init__.py', 'app/views.py'])
  })

  test('a directory inside a package does not hide a library of its name', () => {
    const files = { 'app/__init__.py': '', 'app/redis/__init__.py': '', 'app/redis/pool.py': 'import redis\n' }
    expect(findImported(treeOf(files, new Set(['redis'])), 'app/redis/pool.py', 0, 'redis')).toBeNull()
    expect(findImported(treeOf(files), 'app/redis/pool.py', 0, 'redis')?.file).toBe('app/redis/__init__.py')
  })

  test('relative imports end at the root', () => {
    const tree = treeOf({ 'a/b.py': '', 'c.py': '' })
    expect(findImported(tree, 'a/b.py', 2, 'c')?.file).toBe('c.py')
    expect(findImported(tree, 'a/b.py', 3, 'c')).toBeNull()
  })

  test('names of files', () => {
    expect([
      moduleName('a/b.py', ''),
      moduleName('a/__init__.py', ''),
      moduleName('a/b.py', 'a'),
      moduleName('a-b.py', ''),
      moduleName('a.py', 'b'),
    ]).toEqual(['a.b', 'a', 'b', null, null])
  })

  test('what an import runs: packages above, submodules, circles once, nothing for type checkers', () => {
    const tree = treeOf({
      'm.py': 'import p.q.r\nif TYPE_CHECKING:\n  import t\n',
      'p/__init__.py': '',
      'p/q/__init__.py': 'import m\n',
      'p/q/r.py': 'def f():\n  from . import s\n',
      'p/q/s.py': '',
      't.py': '',
    })
    expect([...closureOf(tree, 'm.py')].sort()).toEqual([
      'm.py',
      'p/__init__.py',
      'p/q/__init__.py',
      'p/q/r.py',
      'p/q/s.py',
    ])
  })

  test('a file that cannot be read, or is too large, is an empty module', () => {
    const tree = createSourceTree({
      files: ['a.py'],
      text: () => {
        throw new Error('FIFO')
      },
    })
    expect(tree.module('a.py').body).toEqual([])
  })
})

test('modules that star-import each other are each asked once', () => {
  const names = Array.from({ length: 30 }, (_, n) => `m${n}`)
  const stars = (own: string): string => names.map(name => (name === own ? '' : `from .${name} import *\n`)).join('')
  const files = Object.fromEntries(names.map(name => [`p/${name}.py`, stars(name)]))
  const all = { 'p/__init__.py': '', ...files, 'p/m29.py': `${stars('m29')}here = 1\n` }
  expect(findOrigin(treeOf(all), 'p/m0.py', 'missing')).toBeNull()
  expect(findOrigin(treeOf(all), 'p/m0.py', 'here')).toMatchObject({ kind: 'bound', file: 'p/m29.py' })
})
