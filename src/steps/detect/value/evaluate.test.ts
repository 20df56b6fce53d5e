import { expect, test } from 'vitest'
import { findOrigin } from '../../../python/source/origin.ts'
import { createSourceTree } from '../../../python/source/tree.ts'
import { evaluate } from './evaluate.ts'
import type { Known } from './known.ts'

function valueOf(files: Record<string, string>, file: string, name: string): Known {
  const tree = createSourceTree({ files: Object.keys(files).sort(), text: path => files[path] ?? null })
  const origin = findOrigin(tree, file, name)
  if (origin?.kind !== 'bound' || origin.binding.kind !== 'value') throw new Error(`${name} is not bound to a value`)
  return evaluate(origin.binding.value, { tree, file: origin.file })
}

const base = 'import os\nfrom pathlib import Path\nBASE = Path(__file__).resolve().parent.parent\n'

test.each([
  ['BASE / "static"', 'static'],
  ['os.path.join(BASE, "a", "b")', 'a/b'],
  ['str(BASE / "x" / "../y")', 'y'],
  ['Path(__file__).parents[1] / "m"', 'm'],
  ['os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "db.sqlite3")', 'db.sqlite3'],
  ['BASE.joinpath("one", "two")', 'one/two'],
  ['os.path.dirname(__file__) + "/media"', 'site/media'],
  ['Path(__file__).parent.parent.parent', null],
  ['BASE / "../outside"', null],
  ['Path("/var/www")', null],
  ['BASE / unknown_name', null],
])('%s is %s', (expression, path) => {
  expect(valueOf({ 'site/settings.py': `${base}X = ${expression}\n` }, 'site/settings.py', 'X').path).toBe(path)
})

test('a name is followed through imports, and judged where it stands', () => {
  const files = {
    'site/settings/base.py': `${base}ROOT = BASE / "media"\n`,
    'site/settings/prod.py': 'from .base import *\nX = ROOT\n',
    'site/settings/__init__.py': '',
  }
  expect(valueOf(files, 'site/settings/prod.py', 'X').path).toBe('site/media')
})

test('the environment is named, with what is used without it', () => {
  const read = (expression: string): Known => valueOf({ 's.py': `import os\nX = ${expression}\n` }, 's.py', 'X')
  expect(read('os.environ["SECRET_KEY"]').environment).toMatchObject({ name: 'SECRET_KEY', otherwise: null })
  expect(read('os.environ.get("SECRET_KEY", "dev")')).toMatchObject({
    text: 'dev',
    environment: { name: 'SECRET_KEY' },
  })
  expect(read('os.getenv("DB") or "sqlite:///x.db"')).toMatchObject({
    text: 'sqlite:///x.db',
    environment: { name: 'DB' },
  })
  expect(read('env("KEY", default="d")')).toMatchObject({ text: 'd', environment: { name: 'KEY' } })
  expect(read('config("KEY", cast=str)').environment).toMatchObject({ name: 'KEY', otherwise: null })
  expect(read('os.environ[name]').environment).toBeNull()
})

test('a loop of names ends', () => {
  expect(
    valueOf({ 'a.py': 'from b import X\nY = X\n', 'b.py': 'from a import Y\nX = Y\nZ = X' }, 'b.py', 'Z').text,
  ).toBeNull()
})
