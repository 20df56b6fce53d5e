import { expect, test } from 'vitest'
import type { Plan } from '../../../model/plan.ts'
import { explainLoaded } from './explain.ts'
import type { Loaded } from './loaded.ts'

const serve = { interface: 'wsgi', module: 'run', attribute: 'app', factory: false, server: 'gunicorn' }
const planOf = (manager: string, manifest: string | null): Plan =>
  ({ root: '.', image: { serve, requirements: { manager, manifest, lock: null } } }) as unknown as Plan
const plan = planOf('pip', 'requirements.txt')
const failed = (error: string, kinds: readonly string[], more: Partial<Loaded> = {}): Loaded => ({
  ok: false,
  error,
  kinds: [error, ...kinds],
  message: '',
  module: null,
  trace: 'Traceback (most recent call last):\n',
  waits: null,
  ...more,
})
const missing = (module: string): Loaded =>
  failed('ModuleNotFoundError', ['ImportError', 'Exception'], { module, message: `No module named '${module}'` })

test('a module that nothing brings names its distribution and where to add it', () => {
  const error = explainLoaded(missing('flask_httpauth'), { plan, files: ['run.py'] })
  expect(error?.code).toBe('module-not-installed')
  expect(error?.next).toContain('Add flask-httpauth, which most likely has it, to requirements.txt')
  const uv = explainLoaded(missing('yaml'), { plan: planOf('uv', 'pyproject.toml'), files: [] })
  expect(uv?.next).toContain('`uv add pyyaml`')
})

test('a module of the repository is not looked for on the index', () => {
  const error = explainLoaded(missing('shop.models'), { plan, files: ['backend/shop/__init__.py'] })
  expect(error?.code).toBe('app-not-importable')
  expect(error?.next).toContain('root = "backend"')
})

test.each([
  [failed('WrongInterface', [], { message: 'run:app is an ASGI app, not WSGI' }), 'wrong-interface'],
  [failed('MissingApp', [], { message: 'run has no app' }), 'app-not-importable'],
  [failed('ImportError', [], { message: "cannot import name 'x' from 'y'", module: 'y' }), 'app-not-importable'],
  [failed('SyntaxError', []), 'app-not-importable'],
])('what no environment mends is an error: %j', (loaded, code) => {
  expect(explainLoaded(loaded, { plan, files: [] })?.code).toBe(code)
})

test.each([
  failed('KeyError', ['LookupError']),
  failed('ConnectionRefusedError', ['OSError']),
  failed('SystemExit', []),
])('what an environment may mend is none: %j', loaded => {
  expect(explainLoaded(loaded, { plan, files: [] })).toBeNull()
})

test('a shared library leads to the Debian package', () => {
  const loaded = failed('ImportError', [], { message: 'libGL.so.1: cannot open shared object file: No such file' })
  expect(explainLoaded(loaded, { plan, files: [] })?.next).toContain('libGL.so.1')
})
