import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commit } from '../../test/support/repository.ts'
import { makeSmallImage } from '../../test/support/small-image.ts'
import { openCache, type Cache } from '../kit/cache.ts'
import { writeArchive, writeLayout } from '../oci/index.ts'
import { findOther } from './other-image.ts'

let root: string
let repository: string
let cache: Cache
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'other-'))
  repository = join(root, 'repository')
  mkdirSync(repository)
  cache = openCache(join(root, 'cache'))
})
afterEach(() => rmSync(root, { recursive: true }))

const find = (text: string) =>
  findOther(text, { cache, repository, app: null, lockFile: 'wherry.lock', architecture: 'amd64' })

test('an image is found by its digest, its layout and its archive', async () => {
  const view = await makeSmallImage([{ 'app/x': '1' }], cache)
  const [layout, archive] = [join(root, 'layout'), join(root, 'image.tar')]
  await writeLayout(view, layout, { name: 'x:1' })
  await writeArchive(view, archive, { name: 'x:1' })
  for (const text of [view.image.digest, layout, archive])
    expect(await find(text)).toMatchObject({ kind: 'image', view: { image: { digest: view.image.digest } } })
})

const base = { kind: 'debian', suite: 'trixie', architecture: 'amd64', packages: [], nginx: [], libraries: [] }
const lock = {
  version: 1,
  requirements: '0'.repeat(64),
  python: '3.13.5',
  base: { ...base, mirrors: { archive: 'https://mirror.example', security: null } },
  wheels: [],
  sdists: [],
  compiler: [],
  server: null,
  systemLibraries: [],
  data: [],
  asOf: null,
}

test('a lock is found as a file, and in a commit', async () => {
  writeFileSync(join(repository, 'wherry.lock'), JSON.stringify(lock))
  commit(repository, '2026-01-01T00:00:00Z')
  rmSync(join(repository, 'wherry.lock'))
  const file = join(root, 'old.lock')
  writeFileSync(file, JSON.stringify({ ...lock, python: '3.13.1' }))
  expect(await find('HEAD')).toMatchObject({ kind: 'lock', lock: { python: '3.13.5' } })
  expect(await find(file)).toMatchObject({ kind: 'lock', lock: { python: '3.13.1' } })
})

test.each([
  ['nothing-of-this-name', 'bad-argument'],
  ['--output=x', 'bad-argument'],
  ['7', 'not-released'],
  [`sha256:${'0'.repeat(64)}`, 'image-not-here'],
])('%s is %s', async (text, code) => {
  await expect(find(text)).rejects.toMatchObject({ code })
})
