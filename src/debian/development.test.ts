import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeKey, serveArchive, type MadeArchive } from '../../test/support/debian-archive.ts'
import { openCache } from '../kit/cache.ts'
import { openArchive } from './archive.ts'
import { openDevelopment, type DevelopmentFile } from './development.ts'

const contents = `usr/include/zlib.h                                     libdevel/zlib1g-dev
usr/include/klibc/zlib.h                               libdevel/klibc-dev
usr/include/x86_64-linux-gnu/curl/curl.h               libdevel/libcurl4-openssl-dev,libdevel/libcurl4-gnutls-dev
usr/include/postgresql/libpq-fe.h                      libdevel/libpq-dev
usr/include/other/libpq-fe.h                           libdevel/gone-dev
usr/bin/pg_config                                      libdevel/libpq-dev,database/postgresql-common
usr/bin/swig                                           devel/swig
usr/lib/gcc-cross/bin/swig                             devel/swig-cross
usr/lib/x86_64-linux-gnu/pkgconfig/cairo.pc            libdevel/libcairo2-dev
usr/share/pkgconfig/xproto.pc                          x11/x11proto-dev
usr/lib/x86_64-linux-gnu/libsnappy.so                  libdevel/libsnappy-dev
`

let made: MadeArchive | null = null
let root = ''
afterEach(async () => {
  await made?.close()
  await rm(root, { recursive: true })
})

test('files are found where compilers look first, in packages that the suite has, those made for building first', async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-development-'))
  const key = await makeKey()
  const names = [
    'zlib1g',
    'klibc',
    'libcurl4-openssl',
    'libcurl4-gnutls',
    'libpq',
    'libcairo2',
    'x11proto',
    'libsnappy',
  ]
  const packages = [...names.map(name => `${name}-dev`), 'postgresql-common', 'swig'].map(name => ({ name }))
  made = await serveArchive(packages, key, { contents })
  const archive = await openArchive('bookworm', {
    architecture: 'amd64',
    mirrors: { ...made, checkValidUntil: true, from: 'lock' },
    cache: openCache(root),
    keys: [key.armored],
    now: Date.parse('2024-02-02'),
  })
  const development = await openDevelopment(archive)
  const look = (kind: DevelopmentFile['kind'], name: string) => development.packagesWith({ kind, name })
  expect(await look('header', 'zlib.h')).toEqual(['zlib1g-dev'])
  expect(await look('header', 'curl/curl.h')).toEqual(['libcurl4-gnutls-dev', 'libcurl4-openssl-dev'])
  expect(await look('header', 'libpq-fe.h')).toEqual(['libpq-dev'])
  expect(await look('header', 'pq-fe.h')).toEqual([])
  expect(await look('program', 'pg_config')).toEqual(['libpq-dev'])
  expect(await look('program', 'swig')).toEqual(['swig'])
  expect(await look('pkg-config', 'cairo')).toEqual(['libcairo2-dev'])
  expect(await look('pkg-config', 'xproto')).toEqual(['x11proto-dev'])
  expect(await look('library', 'snappy')).toEqual(['libsnappy-dev'])
})
