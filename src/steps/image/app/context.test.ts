import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeCheckedToken } from '../../../../test/support/checked-token.ts'
import { addFiles, makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import { readContext, type AppContext } from './context.ts'

let root: string
beforeEach(() => {
  root = makeRepository({ 'app.py': 'x = 1\n' })
})
afterEach(() => removeRepository(root))

async function context(files: Files = {}, plan: Partial<Parameters<typeof readContext>[1]> = {}): Promise<AppContext> {
  addFiles(root, files)
  return readContext(await openCheckout(root), { exclude: [], allowSecrets: [], ...plan })
}

const paths = ({ tree }: AppContext): string[] => tree.map(({ path }) => path)
// Put together here, so that no scanner takes this file for a leak.
const key = ['-----BEGIN', 'PRIVATE', 'KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAg==\n'].join(' ')
const token = makeCheckedToken('ghp_')

test('what belongs is there, with the modes git knows; tools and their traces are not', async () => {
  addFiles(root, {
    'run.sh': '#!/bin/sh\n',
    '.github/workflows/a.yml': '',
    'wherry.toml': '',
    '.wherry/secrets/public.age': 'x',
    'a.pyc': '',
    'docs/a.md': '',
  })
  chmodSync(join(root, 'run.sh'), 0o700)
  chmodSync(join(root, 'app.py'), 0o600)
  const found = await context({}, { exclude: ['docs/'] })
  expect(found.tree.map(({ path, ...rest }) => [path, 'mode' in rest ? rest.mode : 0])).toEqual([
    ['app/app.py', 0o644],
    ['app/run.sh', 0o755],
  ])
})

test('files that are secrets by their name are left out and named; examples and certificates stay', async () => {
  const secret = [
    '.env',
    '.env.local',
    'deploy/id_rsa',
    'server.key',
    '.aws/credentials',
    'local_settings.py',
    'tls/a.pem',
  ]
  const plain = ['.env.example', 'deploy/id_rsa.pub', 'tls/ca.pem']
  const files = Object.fromEntries([...secret, ...plain].map(path => [path, 'A=1\n']))
  const pem = `-----BEGIN CERTIFICATE-----\nMIIB\n`
  const found = await context({ ...files, 'tls/ca.pem': pem, 'tls/a.pem': `${pem}${key}` })
  expect([...found.secretFiles].sort()).toEqual([...secret].sort())
  expect(paths(found).sort()).toEqual(['app/app.py', ...plain.map(path => `app/${path}`)].sort())
})

test.each([
  ['a private key', 'conf.py', `KEY = """${key}"""`],
  ['a private key on one line', 'conf.json', JSON.stringify({ key })],
  ['a token', 'notebook.ipynb', `{"source": "t = '${token}'"}`],
  ['the password of an index', 'requirements.txt', '--index-url https://me:s3cr3t@index.example/simple\n'],
])('%s in a source ends it, with its line and without itself', async (_, file, text) => {
  const error = await context({ [file]: `\n\n${text}` }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'secret-in-source', evidence: [{ file, line: 3 }] })
  expect(JSON.stringify(error)).not.toMatch(/MIIEvQ|ghp_|s3cr3t/)
})

test('what is allowed enters: a decision of the repository', async () => {
  const files = { 'tests/key.py': key, '.env': 'DEBUG=0\n' }
  const found = await context(files, { allowSecrets: ['tests/', '.env'] })
  expect(paths(found)).toEqual(['app/.env', 'app/app.py', 'app/tests/key.py'])
})

test('ordinary text is no secret', async () => {
  const text = `AKIAIOSFODNN7EXAMPLE sk-learn ghp_short "postgres://postgres:postgres@localhost/db" -----BEGIN PRIVATE KEY-----\n...`
  expect(paths(await context({ 'README.md': text, 'settings.py': text }))).toHaveLength(3)
})

test('a link within the repository is kept, an absolute one made relative; one that leaves is refused', async () => {
  addFiles(root, { 'a/b.txt': 'x' })
  symlinkSync('a/b.txt', join(root, 'near'))
  symlinkSync(join(root, 'app.py'), join(root, 'a/far'))
  symlinkSync('gone', join(root, 'dangling'))
  const found = await context()
  expect(found.tree.filter(({ kind }) => kind === 'link')).toEqual([
    { kind: 'link', path: 'app/a/far', target: '../app.py' },
    { kind: 'link', path: 'app/dangling', target: 'gone' },
    { kind: 'link', path: 'app/near', target: 'a/b.txt' },
  ])
  symlinkSync('/etc/passwd', join(root, 'out'))
  await expect(context()).rejects.toMatchObject({ code: 'link-outside' })
  expect(paths(await context({}, { exclude: ['out'] }))).toContain('app/near')
})

test.each(['../../etc/passwd', '/nowhere/at/all', '../'])('a link to %s is refused', async target => {
  symlinkSync(target, join(root, 'out'))
  await expect(context()).rejects.toMatchObject({ code: 'link-outside' })
})

test('a FIFO hangs nobody, and is in no image', async () => {
  execFileSync('mkfifo', [join(root, 'pipe')])
  expect(paths(await context())).toEqual(['app/app.py'])
})

test('names an image cannot hold are left out and named', async () => {
  writeFileSync(join(root, 'a\nb.txt'), 'x')
  writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'x')
  const found = await context({ 'grüße 🚀.txt': 'x' })
  expect(found.unnameable).toEqual(['"a\\nb.txt"', '"caf\uFFFD"'])
  expect(paths(found)).toEqual(['app/app.py', 'app/grüße 🚀.txt'])
})

test('a virtual environment is left out, a pointer of git LFS is named', async () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'
  execFileSync('git', ['init', '-q', root])
  const found = await context({ 'env/pyvenv.cfg': 'home = /usr/bin\n', 'env/lib/x.py': '', 'model.bin': pointer })
  expect(found.environments).toEqual(['env/'])
  expect(found.pointers).toEqual(['model.bin'])
  expect(paths(found)).toEqual(['app/app.py', 'app/model.bin'])
})
