import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import { readOwnIgnores } from './own-ignores.ts'

let root = ''
afterEach(() => removeRepository(root))

async function left(
  files: Files,
  place = '.',
  serve: object = {},
): Promise<{ out: string[]; unfit: readonly string[] }> {
  root = makeRepository(files)
  const facts = { module: 'shop.wsgi', settings: null, script: null, path: '', ...serve }
  const plan = { root: place, image: { serve: facts } } as unknown as Plan
  const checkout = await openCheckout(root)
  const { ignores, unfit } = readOwnIgnores(checkout, plan)
  return { out: checkout.files.filter(ignores), unfit }
}

const app = { 'shop/wsgi.py': '', 'tests/a.py': '', 'docs/a.md': '' }

test('.dockerignore of the repository and of the app’s directory, each from where it lies', async () => {
  expect((await left({ ...app, '.dockerignore': 'tests\n*.md\n' })).out).toEqual(['tests/a.py'])
  removeRepository(root)
  const inner = { 'web/shop/wsgi.py': '', 'web/tests/a.py': '', 'tests/b.py': '', 'web/.dockerignore': 'tests' }
  expect((await left(inner, 'web')).out).toEqual(['web/tests/a.py'])
})

test('one that leaves out the app means another image', async () => {
  const all = await left({ ...app, '.dockerignore': '*\n!docs\n' })
  expect(all).toEqual({ out: [], unfit: ['.dockerignore'] })
  removeRepository(root)
  const kept = await left({ ...app, '.dockerignore': '*\n!shop\n' })
  expect(kept).toEqual({ out: ['.dockerignore', 'docs/a.md', 'tests/a.py'], unfit: [] })
  removeRepository(root)
  expect(
    (await left({ 'run.py': '', '.dockerignore': 'run.py' }, '.', { module: null, script: 'run.py' })).unfit,
  ).toEqual(['.dockerignore'])
})

test('what is not exported is not in the image, unless a later line takes it in', async () => {
  const attributes = '# archives\n/tests export-ignore\n*.md text export-ignore\ndocs/a.md -export-ignore\n'
  expect((await left({ ...app, '.gitattributes': attributes })).out).toEqual(['tests/a.py'])
})
