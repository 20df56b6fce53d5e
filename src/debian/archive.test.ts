import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openCache } from '../kit/cache.ts'
import {
  makeKey,
  serveArchive,
  type ArchiveSettings,
  type MadeArchive,
  type MadePackage,
  type SigningKey,
} from '../../test/support/debian-archive.ts'
import { openArchive, type Archive } from './archive.ts'
import { archiveKeys } from './signature.ts'

let key: SigningKey
let root: string
let made: MadeArchive | null = null
beforeAll(async () => void (key = await makeKey()))
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'wherry-archive-'))))
afterEach(async () => {
  await made?.close()
  made = null
  await rm(root, { recursive: true })
})

const now = Date.parse('2024-02-02')

async function serve(packages: readonly MadePackage[], settings?: ArchiveSettings): Promise<MadeArchive> {
  return (made = await serveArchive(packages, key, settings))
}

function open(
  from: MadeArchive,
  more: { security?: null; checkValidUntil?: boolean; keys?: string[] } = {},
): Promise<Archive> {
  const security = more.security === null ? null : from.security
  const mirrors = {
    archive: from.archive,
    security,
    checkValidUntil: more.checkValidUntil ?? true,
    from: 'lock' as const,
  }
  return openArchive('bookworm', {
    architecture: 'amd64',
    mirrors,
    cache: openCache(root),
    keys: more.keys ?? [key.armored],
    now,
  })
}

const inRelease = '/debian/dists/bookworm/InRelease'
const packagesIndex = '/debian/dists/bookworm/main/binary-amd64/Packages.gz'

test('the newest version over the pockets comes first', async () => {
  const archive = await open(
    await serve([
      { name: 'a', version: '1-1' },
      { name: 'a', version: '1-1+deb12u2', pocket: 'security' },
      { name: 'a', version: '1-1+deb12u1', pocket: 'updates' },
      { name: 'b', version: '1' },
      { name: 'b', version: '1', pocket: 'security' },
    ]),
  )
  expect(archive.offers('a').map(offer => `${offer.version} ${offer.pocket}`)).toEqual([
    '1-1+deb12u2 security',
    '1-1+deb12u1 updates',
    '1-1 main',
  ])
  expect(archive.offers('b')[0]?.pocket).toBe('main')
  expect(archive.offers('constructor')).toEqual([])
})

test('what is signed unchanged is neither fetched nor parsed again', async () => {
  const from = await serve([{ name: 'a' }])
  await open(from)
  from.asked.length = 0
  const again = await open(from)
  expect(again.offers('a')).toHaveLength(1)
  expect(from.asked.filter(path => !path.endsWith('InRelease'))).toEqual([])
})

test('a changed InRelease, one signed by another, and one that is not signed are refused', async () => {
  const from = await serve([{ name: 'a' }])
  const good = from.files.get(inRelease)!.toString()
  const other = await makeKey()
  const wrong = [
    good.replace(/^ [0-9a-f]{64}/m, ` ${'0'.repeat(64)}`),
    `SHA256:\n ${'0'.repeat(64)} 1 x\n${good}`,
    await other.sign('Suite: bookworm\nSHA256:\n'),
    'Suite: bookworm\n',
    good.slice(0, good.indexOf('-----BEGIN PGP SIGNATURE')),
    '<html>captive portal</html>',
  ]
  for (const text of wrong) {
    from.files.set(inRelease, Buffer.from(text))
    await expect(open(from)).rejects.toMatchObject({ code: 'wrong-signature' })
  }
  from.files.set(inRelease, Buffer.from(good))
  await expect(open(from, { keys: await archiveKeys('debian') })).rejects.toMatchObject({ code: 'wrong-signature' })
  expect(await readdir(root)).toEqual([])
})

test('one pocket in place of another is refused', async () => {
  const from = await serve([{ name: 'a' }])
  from.files.set('/security/dists/bookworm-security/InRelease', from.files.get(inRelease)!)
  await expect(open(from)).rejects.toMatchObject({ code: 'suite-not-found' })
})

test('an expired index is refused unless a snapshot is wanted; one from the future always', async () => {
  const old = await serve([{ name: 'a' }], { release: { 'Valid-Until': 'Thu, 01 Feb 2024 12:00:00 UTC' } })
  await expect(open(old)).rejects.toMatchObject({ code: 'archive-out-of-date' })
  expect((await open(old, { checkValidUntil: false })).offers('a')).toHaveLength(1)
  await old.close()
  const future = await serve([{ name: 'a' }], { release: { Date: 'Thu, 08 Feb 2024 00:00:00 UTC' } })
  await expect(open(future)).rejects.toMatchObject({
    code: 'archive-out-of-date',
    next: expect.stringContaining('clock'),
  })
})

test('a missing pocket is named: no security address, no such suite', async () => {
  const from = await serve([{ name: 'a' }])
  await expect(open(from, { security: null })).rejects.toMatchObject({ code: 'no-security-pocket' })
  from.files.delete('/debian/dists/bookworm-updates/InRelease')
  await expect(open(from)).rejects.toMatchObject({
    code: 'suite-not-found',
    next: expect.stringContaining('bookworm and trixie'),
  })
})

test('an index with other bytes than the signed file says is refused, also of the same length', async () => {
  const from = await serve([{ name: 'a' }])
  const good = from.files.get(packagesIndex)!
  const changed = Buffer.from(good)
  changed[20]! ^= 1
  for (const bytes of [changed, good.subarray(1)]) {
    from.files.set(packagesIndex, bytes)
    await expect(open(from)).rejects.toMatchObject({ code: 'wrong-hash' })
  }
  from.files.delete(packagesIndex)
  await expect(open(from)).rejects.toMatchObject({ code: 'download-failed', exit: 75 })
})

test('by-hash addresses are asked first, the name where a mirror lacks them', async () => {
  const from = await serve([{ name: 'a' }], { release: { 'Acquire-By-Hash': 'yes' } })
  await open(from)
  const asked = from.asked.filter(path => path.startsWith('/debian/dists/bookworm/main/'))
  expect(asked).toHaveLength(2)
  expect(asked[0]).toMatch(/\/main\/binary-amd64\/by-hash\/SHA256\/[0-9a-f]{64}$/)
  expect(asked[1]).toBe(packagesIndex)
})

test('an index with an entry that is incomplete or leaves the archive is refused', async () => {
  const broken: MadePackage[] = [
    { name: 'a', filename: '../../etc/passwd' },
    { name: 'a', filename: '/a' },
    { name: 'A b' },
  ]
  for (const each of broken) {
    const from = await serve([each])
    await expect(open(from)).rejects.toMatchObject({ code: 'bad-archive' })
    await from.close()
  }
})

test('the keys that ship are readable and are those the README lists', async () => {
  const openpgp = await import('openpgp')
  const { readFile } = await import('node:fs/promises')
  const listed = (await readFile(new URL('keys/README.md', import.meta.url), 'utf8')).match(/\b[0-9A-F]{40}\b/g)
  const keys = [...(await archiveKeys('debian')), ...(await archiveKeys('ubuntu'))]
  const read = await Promise.all(keys.map(armoredKey => openpgp.readKey({ armoredKey })))
  expect(read.map(each => each.getFingerprint().toUpperCase())).toEqual(listed)
  expect(read.every(each => !each.isPrivate())).toBe(true)
})
