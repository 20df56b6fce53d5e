import { expect, test } from 'vitest'
import type { Plan } from '../../../model/plan.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { readUvLock } from '../../../python/lock/uv.ts'
import { requestHash, type Request } from './request-hash.ts'

const requirement: ListedRequirement = {
  name: 'flask',
  extras: [],
  specifier: [{ operator: '==', version: '3.1.2' }] as never,
  marker: null,
  url: null,
  path: null,
  editable: false,
  hashes: [],
  group: null,
  file: 'requirements.txt',
  line: 1,
}
const uvLock = (dependency: string): string => `version = 1
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "${dependency}" }]
[[package]]
name = "a"
version = "1"
source = { registry = "https://x.example/simple" }
[[package]]
name = "b"
version = "1"
source = { registry = "https://x.example/simple" }
`
const sources = {
  index: null as string | null,
  extraIndexes: [] as string[],
  findLinks: [],
  constraints: [],
  prereleases: false,
}
const request = {
  plan: {
    name: 'app',
    root: '.',
    image: {
      base: { kind: 'debian', suite: 'trixie', python: '3.13' },
      serve: { server: 'gunicorn', addServer: true },
      debianPackages: [],
      buildPackages: [],
      frontEnds: [],
      exclude: [],
    },
  } as unknown as Plan,
  wanted: { directory: '.', requirements: [requirement], lock: null, sources },
  libraries: [],
  architecture: 'amd64',
} satisfies Request
const hash = requestHash(request)
const withWanted = (change: object): string => requestHash({ ...request, wanted: { ...request.wanted, ...change } })
const withImage = (change: object): string =>
  requestHash({ ...request, plan: { ...request.plan, image: { ...request.plan.image, ...change } } })

test('moving words in their file, renaming the app and leaving files out ask for nothing new', () => {
  expect(withWanted({ requirements: [{ ...requirement, file: 'other.txt', line: 9 }] })).toBe(hash)
  expect(requestHash({ ...request, plan: { ...request.plan, name: 'other' } })).toBe(hash)
  expect(withImage({ exclude: ['docs/'] })).toBe(hash)
})

test.each([
  ['a requirement', () => withWanted({ requirements: [{ ...requirement, extras: ['async'] }] })],
  ['a hash', () => withWanted({ requirements: [{ ...requirement, hashes: ['sha256:x'] }] })],
  ['an index', () => withWanted({ sources: { ...sources, index: 'https://y.example/simple' } })],
  ['the Python', () => withImage({ base: { kind: 'debian', suite: 'bookworm', python: '3.11' } })],
  ['the server', () => withImage({ serve: { server: 'uvicorn', addServer: true } })],
  ['a Debian package', () => withImage({ debianPackages: ['ffmpeg'] })],
  ['a package to build with', () => withImage({ buildPackages: ['libmagic-dev'] })],
  ['the processor', () => requestHash({ ...request, architecture: 'arm64' })],
  ['a library asked for by name', () => requestHash({ ...request, libraries: [{ name: 'magic', because: [] }] })],
  ['the workspace member', () => withWanted({ directory: 'packages/web' })],
])('%s asks for another lock', (_, changed) => {
  expect(changed()).not.toBe(hash)
})

test('a lock that reaches for another package asks for another lock, though it holds the same ones', () => {
  const [one, two] = ['a', 'b'].map(name => withWanted({ lock: readUvLock(uvLock(name), 'uv.lock') }))
  expect(one).not.toBe(two)
  expect(withWanted({ lock: readUvLock(uvLock('a'), 'uv.lock') })).toBe(one)
})

test('a password is no part of it', () => {
  const index = (address: string): string => withWanted({ sources: { ...sources, index: address } })
  expect(index('https://u:new@x.example/simple')).toBe(index('https://u:old@x.example/simple'))
  expect(index('https://u:new@x.example/simple')).toBe(index('https://x.example/simple'))
})
