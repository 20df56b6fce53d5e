import { expect, test } from 'vitest'
import type { IndexFile } from '../../../../python/index/listing.ts'
import { supportedTags } from '../../../../python/tag/target.ts'
import { behindGate, readGatePath, unveil } from './address.ts'
import { gateIndex } from './gate.ts'
import { offer, sdistVersion, type ListingOptions } from './listing.ts'

const tags = supportedTags({ python: '3.13', architecture: 'amd64', libc: 'glibc', libcVersion: '2.41' })
const options: ListingOptions = { tags, python: '3.13', sources: true, bare: false, pins: new Map() }
const file = (name: string, digit = 'a'): IndexFile => ({
  file: name,
  url: `https://files.example/${name}`,
  sha256: digit.repeat(64),
  size: 1,
  yanked: false,
  requiresPython: null,
  uploaded: null,
  metadata: false,
})
const names = (files: readonly IndexFile[], more: Partial<ListingOptions> = {}): string[] =>
  offer('my-app', files, { ...options, ...more }).map(({ file }) => file)

test('a source distribution has a stand-in where no wheel of its version fits', () => {
  const files = [
    file('my_app-1.0-py3-none-any.whl'),
    file('my_app-1.0.0.tar.gz'),
    file('my_app-2.0-cp39-cp39-win_amd64.whl'),
    file('my-app-2.0.tar.gz'),
    file('My.App-3.0.zip'),
    file('my-app-3.0.tar.gz'),
    file('other-9.0.tar.gz'),
    { ...file('my-app-4.0.tar.gz'), sha256: null },
  ]
  const wheels = ['my_app-1.0-py3-none-any.whl', 'my_app-2.0-cp39-cp39-win_amd64.whl']
  const standIns = ['my_app-3.0-0wherry-py3-none-any.whl', 'my_app-2.0-0wherry-py3-none-any.whl']
  expect(names(files).toSorted()).toEqual([...wheels, ...standIns].toSorted())
  expect(names(files, { sources: false })).toEqual(wheels)
  const three = offer('my-app', files, options).find(({ file }) => file.includes('3.0'))
  expect(behindGate({ name: three?.file ?? '', url: three?.url ?? '', sha256: 'f', size: 9 })).toEqual({
    file: {
      name: 'my-app-3.0.tar.gz',
      url: 'https://files.example/my-app-3.0.tar.gz',
      sha256: 'a'.repeat(64),
      size: 1,
    },
    version: '3.0',
  })
})

test('where hashes are pinned, only those files are offered, a source instead of a wheel, too', () => {
  const files = [file('my_app-1.0-py3-none-any.whl'), file('my-app-1.0.tar.gz', 'b')]
  const pins = (digit: string) => new Map([['my-app', new Set([digit.repeat(64)])]])
  expect(names(files, { pins: pins('b') })).toEqual(['my_app-1.0-0wherry-py3-none-any.whl'])
  expect(names(files, { pins: pins('c') })).toEqual(['my_app-1.0-py3-none-any.whl'])
})

test('the version of a source distribution is what follows the project’s name', () => {
  expect(sdistVersion('python-ldap-3.4.4.tar.gz', 'python-ldap')).toBe('3.4.4')
  expect(sdistVersion('Flask_SQLAlchemy-2.5.1.tar.gz', 'flask-sqlalchemy')).toBe('2.5.1')
  expect(sdistVersion('a-1.0-beta2.tar.gz', 'a')).toBe('1.0-beta2')
  expect(sdistVersion('a-b-1.0.tar.gz', 'a')).toBeNull()
  expect(sdistVersion('a-1.0.exe', 'a')).toBeNull()
})

test('addresses behind the gate say what they stand for, and are shown as what they stand for', () => {
  const index = gateIndex('https://u:secret@index.example/simple/')
  expect(readGatePath(new URL(`${index}/flask/`).pathname)).toEqual({
    what: { kind: 'index', url: 'https://index.example/simple/' },
    rest: 'flask/',
  })
  expect(unveil(`no x at ${index}/x/ or \`${index}\``)).toContain('index.example/simple')
  expect(readGatePath('/1/e30/x')).toBeNull()
  expect(readGatePath('/../etc/passwd')).toBeNull()
})
