import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import { readPylock } from '../../../python/lock/pylock.ts'
import type { PlacedWheel } from '../wheels/place.ts'
import { undeclared } from './undeclared.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'wherry-undeclared-'))))
afterEach(() => rmSync(root, { recursive: true }))

const distribution = {
  name: 'flask',
  version: '3.1.2',
  file: 'flask-3.1.2-py3-none-any.whl',
  url: 'https://x.test/f',
  size: 1,
  sha256: 'a'.repeat(64),
}
const pylock = `lock-version = "1.0"
created-by = "test"
[[packages]]
name = "setuptools"
version = "80.9.0"
wheels = [{ url = "https://x.test/setuptools-80.9.0-py3-none-any.whl", hashes = { sha256 = "${'b'.repeat(64)}" } }]
`

async function ask(source: string, wheel = ''): Promise<{ names: string[] | null; asked: readonly string[] }> {
  writeFileSync(join(root, 'app.py'), source)
  const data = Buffer.from(wheel)
  const placed = [
    { distribution, tree: [{ kind: 'file', path: 'venv/lib/x.py', mode: 0o644, size: data.length, bytes: { data } }] },
  ] as unknown as PlacedWheel[]
  const asked: string[] = []
  const resolver = {
    compile: async (lines: readonly string[], options: { readonly constraints: readonly string[] }) => {
      asked.push(...lines, ...options.constraints)
      return { lock: readPylock(pylock, 'pylock.toml') }
    },
  }
  const request = {
    resolver,
    options: {
      constraints: [],
      asOf: null,
      pinned: false,
      prereleases: false,
      index: null,
      extraIndexes: [],
      findLinks: [],
    },
    tags: new Map([['py3-none-any', 0]]),
  }
  const found = await undeclared(
    { wheels: [distribution], sdists: [] },
    placed,
    { checkout: await openCheckout(root), plan: { root: '.' } as Plan },
    request as never,
  )
  return { names: found?.wheels.map(({ name }) => name) ?? null, asked }
}

test('setuptools is added where it is imported at the margin, and lives with what is pinned', async () => {
  const found = await ask('from pkg_resources import require\n')
  expect(found.names).toEqual(['flask', 'setuptools'])
  expect(found.asked).toEqual(['setuptools<81', 'flask==3.1.2'])
  expect((await ask('import flask\n', 'import pkg_resources\n')).names).toContain('setuptools')
  expect((await ask('from distutils.util import strtobool\n')).names).toContain('setuptools')
})

test('an import that may fail, or that nobody makes, adds nothing', async () => {
  expect((await ask('try:\n    import pkg_resources\nexcept ImportError:\n    pass\n')).names).toBeNull()
  expect((await ask('import flask\n', 'from distutils.core import setup\n')).names).toBeNull()
})
