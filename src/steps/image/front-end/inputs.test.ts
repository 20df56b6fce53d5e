import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { FrontEndPlan } from '../../../model/plan.ts'
import { textOf } from '../app/entry.ts'
import { inputsOf, placeOf } from './inputs.ts'
import { publicSettings } from './settings.ts'

let root = ''
afterEach(() => removeRepository(root))

async function inputs(files: Files, directory = 'ui'): Promise<Record<string, string>> {
  root = makeRepository(files)
  const plan = { directory, workspace: directory } as FrontEndPlan
  return Object.fromEntries(inputsOf(await openCheckout(root), plan).map(entry => [placeOf(entry), textOf(entry)]))
}

const app = { 'app.py': 'x = 1', 'templates/a.html': '<a>', 'ui/package.json': '{}', 'ui/src/a.js': '' }

test('a build gets its own directory, and the rest only where it points there', async () => {
  expect(Object.keys(await inputs(app))).toEqual(['ui/package.json', 'ui/src/a.js'])
  removeRepository(root)
  const near = await inputs({ ...app, 'ui/src/a.js': 'import "../b.js"' })
  expect(Object.keys(near)).toEqual(['ui/package.json', 'ui/src/a.js'])
  removeRepository(root)
  const far = await inputs({ ...app, 'ui/src/in.css': '@source "../../templates";' })
  expect(Object.keys(far)).toEqual(['templates/a.html', 'ui/package.json', 'ui/src/a.js', 'ui/src/in.css'])
})

test('Python sources are inputs only where the build speaks of them', async () => {
  expect(Object.keys(await inputs({ ...app, 'package.json': '{}' }, '.'))).not.toContain('app.py')
  removeRepository(root)
  const config = { 'package.json': '{}', 'tailwind.config.js': "content: ['./**/*.{html,py}']" }
  expect(Object.keys(await inputs({ ...app, ...config }, '.'))).toContain('app.py')
})

test('secrets stay out; of files that hold both, the settings', async () => {
  const found = await inputs({
    ...app,
    'ui/.env.production': 'VITE_API=/api\nSECRET=s3cret\n',
    'ui/.npmrc': 'registry=https://r.example/\n//r.example/:_authToken=t0k\nlegacy-peer-deps=true\n',
    'ui/key.pem': 'x',
  })
  expect(found).toMatchObject({ 'ui/.env.production': 'VITE_API=/api\n', 'ui/.npmrc': 'legacy-peer-deps=true\n' })
  expect(Object.keys(found)).not.toContain('ui/key.pem')
})

test('Yarn’s settings lose their registries with all below them', () => {
  const text = 'nodeLinker: node-modules\nnpmScopes:\n  acme:\n    npmAuthToken: t0k\nplugins:\n  - path: .yarn/p.cjs\n'
  expect(publicSettings('ui/.yarnrc.yml', () => text)).toBe(
    'nodeLinker: node-modules\nplugins:\n  - path: .yarn/p.cjs\n',
  )
  expect(publicSettings('.yarnrc', () => 'registry "https://r.example"\nlastUpdateCheck 1\n')).toBe(
    'lastUpdateCheck 1\n',
  )
  expect(publicSettings('.env.example', () => 'A=1')).toBeNull()
})
