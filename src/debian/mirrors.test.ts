import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aptSources } from './apt-sources.ts'
import { distributionsHere, findMirrors } from './mirrors.ts'
import { pythonOf, suiteNamed, suiteOf } from './suites.ts'

let root: string
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'wherry-apt-'))))
afterEach(() => rm(root, { recursive: true }))

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

const keyring = 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg'

test('deb822 sources give archive and security for any suite of the distribution', async () => {
  await write(
    'etc/apt/sources.list.d/debian.sources',
    `# a comment\nTypes: deb deb-src\nURIs: http://mirror.test/debian/\nSuites: bookworm bookworm-updates\nComponents: main\n${keyring}\n
Types: deb\nURIs: http://mirror.test/debian-security\nSuites: bookworm-security\nComponents: main\n${keyring}\n`,
  )
  const found = { archive: 'http://mirror.test/debian', security: 'http://mirror.test/debian-security' }
  expect(await findMirrors('bookworm', { root, env: {} })).toMatchObject({
    ...found,
    from: 'apt',
    checkValidUntil: true,
  })
  expect(await findMirrors('trixie', { root, env: {} })).toMatchObject(found)
  expect(await distributionsHere({ root, env: {} })).toEqual(['debian'])
  await expect(findMirrors('noble', { root, env: {} })).rejects.toMatchObject({ code: 'no-debian-mirror' })
})

test('one-line sources are read with their options', async () => {
  await write(
    'etc/apt/sources.list',
    `# deb http://old.test/debian buster main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] http://a.test/debian bookworm main contrib # why
deb-src http://a.test/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb http://a.test/security/ bookworm-security main`,
  )
  expect(await aptSources(root)).toEqual([
    {
      uri: 'http://a.test/debian',
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      checkValidUntil: false,
    },
    {
      uri: 'http://a.test/security',
      suites: ['bookworm-security'],
      components: ['main'],
      signedBy: null,
      checkValidUntil: true,
    },
  ])
})

test('sources of others are not taken for the archive, whatever comes first', async () => {
  await write(
    'etc/apt/sources.list.d/a.list',
    'deb [signed-by=/k/vendor.gpg] http://vendor.test/debian/12/prod bookworm main',
  )
  await write('etc/apt/sources.list.d/b.list', 'deb http://docker.test/linux/debian bookworm stable')
  await write('etc/apt/sources.list.d/c.list', 'deb http://pg.test/apt bookworm-pgdg main')
  await expect(findMirrors('bookworm', { root, env: {} })).rejects.toMatchObject({ code: 'no-debian-mirror' })
  await write(
    'etc/apt/sources.list.d/d.sources',
    'Types: deb\nURIs: http://x.test/d\nSuites: stable stable-updates\nComponents: main\n',
  )
  await write(
    'etc/apt/sources.list.d/off.sources',
    'Enabled: no\nTypes: deb\nURIs: http://off.test/debian\nSuites: bookworm\nComponents: main\n',
  )
  expect(await findMirrors('bookworm', { root, env: {} })).toMatchObject({ archive: 'http://x.test/d', security: null })
})

test("Ubuntu's security updates lie in the archive itself; mirror lists of cloud images are followed", async () => {
  await write(
    'etc/apt/mirrors.txt',
    '# best first\nhttp://near.test/ubuntu/\tpriority:1\nhttp://far.test/ubuntu priority:2\n',
  )
  await write('etc/apt/sources.list', 'deb mirror+file:/etc/apt/mirrors.txt noble main universe')
  const near = { archive: 'http://near.test/ubuntu', security: 'http://near.test/ubuntu' }
  expect(await findMirrors('noble', { root, env: {} })).toMatchObject(near)
  expect(await findMirrors('jammy', { root, env: {} })).toMatchObject(near)
})

test('a frozen snapshot is used when apt is told so', async () => {
  await write('etc/apt/apt.conf.d/99snapshot', '// frozen\nAcquire::Check-Valid-Until "false";\n')
  await write('etc/apt/sources.list', 'deb http://s.test/debian bookworm main')
  expect(await findMirrors('bookworm', { root, env: {} })).toMatchObject({ checkValidUntil: false })
})

test('the setting wins over apt, a lock over both', async () => {
  await write('etc/apt/sources.list', 'deb http://a.test/debian bookworm main')
  const env = { WHERRY_DEBIAN_MIRROR: 'http://b.test/debian/, http://b.test/security' }
  expect(await findMirrors('bookworm', { root, env })).toEqual({
    archive: 'http://b.test/debian',
    security: 'http://b.test/security',
    checkValidUntil: true,
    from: 'setting',
  })
  const lock = { archive: 'http://c.test/debian', security: 'http://c.test/security' }
  expect(await findMirrors('bookworm', { root, env, lock })).toMatchObject({ ...lock, from: 'lock' })
  expect(await distributionsHere({ env: { WHERRY_DEBIAN_MIRROR: 'http://b.test/ubuntu' } })).toEqual(['ubuntu'])
  for (const wrong of ['ftp://b.test/debian', 'b.test', 'http://a http://b http://c']) {
    const asked = findMirrors('bookworm', { root, env: { WHERRY_DEBIAN_MIRROR: wrong } })
    await expect(asked).rejects.toMatchObject({ code: 'no-debian-mirror' })
  }
})

test('nothing at all says what to set', async () => {
  const asked = findMirrors('bookworm', { root, env: {} })
  await expect(asked).rejects.toMatchObject({ next: expect.stringContaining('WHERRY_DEBIAN_MIRROR') })
})

test('suites and Pythons name each other', () => {
  expect(['bookworm', 'trixie', 'jammy', 'noble'].map(pythonOf)).toEqual(['3.11', '3.13', '3.10', '3.12'])
  expect([suiteOf('3.13'), suiteOf('3.12', ['debian']), suiteOf('3.12')]).toEqual(['trixie', null, 'noble'])
  expect(() => suiteNamed('sarge')).toThrow('no base of the suite sarge')
})
