import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry, FileEntry } from '../model/tree.ts'
import { loaderCache, readLoaderCache } from './loader-cache.ts'

const file = (path: string): Entry => ({ kind: 'file', path, mode: 0o644, size: 0, bytes: { data: new Uint8Array() } })

function listed({ bytes }: FileEntry): string[] {
  return 'data' in bytes ? readLoaderCache(bytes.data).map(({ path }) => path) : []
}

test('what is written is read again', () => {
  const paths = ['usr/lib/x86_64-linux-gnu/libz.so.1', 'usr/lib/libssl.so.3']
  const cache = loaderCache([[...paths.map(file), file('opt/libno.so')]], 'amd64')
  expect(listed(cache).sort()).toEqual([...paths].sort())
})

test('libraries that only the cache of a base knows stay known, and none is listed twice', () => {
  const base = [file('usr/lib/libz.so.1'), file('usr/local/lib/libpython3.12.so.1.0')]
  // As ldconfig of that base writes it: every directory its settings name.
  const made = loaderCache([[file('usr/lib/libz.so.1'), file('usr/lib/libpython3.12.so.1.0')]], 'amd64')
  const data = Buffer.from('data' in made.bytes ? made.bytes.data : [])
  const moved = Buffer.from(data.toString('latin1').replace('/usr/lib/libpython', '/opt/lib/libpython'), 'latin1')
  const cached: Entry = { ...made, size: moved.length, bytes: { data: moved } }
  const cache = loaderCache([[...base, cached], [file('usr/lib/libpq.so.5')]], 'amd64')
  expect(listed(cache).sort()).toEqual(['opt/lib/libpython3.12.so.1.0', 'usr/lib/libpq.so.5', 'usr/lib/libz.so.1'])
})

test('any bytes are read without harm', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => void readLoaderCache(bytes)))
  const start = Buffer.alloc(200)
  start.write('glibc-ld.so.cache1.1')
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 180, maxLength: 180 }), bytes => {
      start.set(bytes, 20)
      readLoaderCache(start)
    }),
  )
})
