import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { arOf, debOf, tarOf, type MadeEntry } from '../../test/support/debian-archive.ts'
import { unpackDeb, type DebListing } from './deb.ts'

let root: string
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'wherry-deb-'))))
afterEach(() => rm(root, { recursive: true }))

async function unpack(bytes: Uint8Array): Promise<DebListing & { text: (path: string) => Promise<string> }> {
  await writeFile(join(root, 'deb'), bytes)
  const into = join(root, 'out')
  await rm(into, { recursive: true, force: true })
  await unpackDeb(join(root, 'deb'), 'sample', into)
  const listing = JSON.parse(await readFile(join(into, 'list.json'), 'utf8')) as DebListing
  const contentOf = (path: string): number => listing.entries.find(entry => entry.path === path)!.content
  return { ...listing, text: path => readFile(join(into, String(contentOf(path))), 'utf8') }
}

const entries: readonly MadeEntry[] = [
  { path: './', type: '5', mode: 0o755 },
  { path: './usr/', type: '5', mode: 0o2775 },
  { path: './usr/bin/su', body: 'set user', mode: 0o4755, uid: 7 },
  { path: './usr/bin/again', type: '1', link: './usr/bin/su' },
  { path: './usr/bin/link', type: '2', link: '/etc/../su' },
  { path: './var/tmp/', type: '5', mode: 0o1777 },
]

test('files, links and directories are listed, without setuid and setgid, hard links as copies', async () => {
  for (const compression of ['none', 'gz', 'zst'] as const) {
    const found = await unpack(debOf({ name: 'sample', entries, compression }))
    expect(found.control).toContain('Package: sample\n')
    expect(found.entries.map(({ path, kind, mode, owner, target }) => [path, kind, mode, owner, target])).toEqual([
      ['usr', 'directory', 0o775, 0, ''],
      ['usr/bin/su', 'file', 0o755, 7, ''],
      ['usr/bin/again', 'file', 0o755, 7, ''],
      ['usr/bin/link', 'link', 0o777, 0, '/etc/../su'],
      ['var/tmp', 'directory', 0o1777, 0, ''],
    ])
    expect([await found.text('usr/bin/su'), await found.text('usr/bin/again')]).toEqual(['set user', 'set user'])
  }
})

test('a letter of the control file that two pieces of the archive share stays whole', async () => {
  const fields = { Maintainer: 'é'.repeat(40_000) }
  for (const compression of ['none', 'gz', 'zst'] as const) {
    const { control } = await unpack(debOf({ name: 'sample', entries, compression, fields }))
    expect(control).toContain(`Maintainer: ${fields.Maintainer}\n`)
  }
})

const hostile: Readonly<Record<string, MadeEntry>> = {
  'a path that climbs out': { path: './../../etc/passwd', body: 'x' },
  'a path that climbs out in the middle': { path: './usr/../../etc/passwd', body: 'x' },
  'an absolute path': { path: '/etc/passwd', body: 'x' },
  'an empty part of a path': { path: './usr//bin', body: 'x' },
  'a device': { path: './dev/sda', type: '4' },
  'a pipe': { path: './run/pipe', type: '6' },
  'a hard link out of the package': { path: './a', type: '1', link: '../etc/shadow' },
  'a hard link to what is not there': { path: './a', type: '1', link: './b' },
  'a link to nothing': { path: './a', type: '2', link: '' },
  'a name that is no text': { path: './\uFFFD', body: 'x' },
}
for (const [what, entry] of Object.entries(hostile)) {
  test(`refused: ${what}`, async () => {
    await expect(unpack(debOf({ name: 'sample', entries: [entry] }))).rejects.toMatchObject({ code: 'bad-deb' })
  })
}

test('refused: broken in its form', async () => {
  const good = debOf({ name: 'sample', entries })
  const data = tarOf(entries)
  const start = ['debian-binary', Buffer.from('2.0\n')] as const
  const control = ['control.tar', tarOf([{ path: './control', body: 'Package: a\n' }])] as const
  const broken = [
    new Uint8Array(0),
    Buffer.from('not an archive'),
    good.subarray(0, good.length - 10),
    good.subarray(0, 100),
    arOf([start]),
    arOf([start, control]),
    arOf([control, start, ['data.tar', data]]),
    arOf([start, ['control.tar', tarOf([])], ['data.tar', data]]),
    arOf([start, control, ['data.tar.lzma', data]]),
    arOf([start, control, ['data.tar.constructor', data]]),
    arOf([start, control, ['data.tar', data.subarray(0, 700)]]),
    arOf([start, control, ['data.tar.xz', data]]),
    arOf([start, control, ['data.tar', new Uint8Array(0)]]),
  ]
  for (const bytes of broken) await expect(unpack(bytes)).rejects.toMatchObject({ code: 'bad-deb' })
})
