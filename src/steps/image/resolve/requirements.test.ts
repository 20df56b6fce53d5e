import { expect, test } from 'vitest'
import { markerEnvironment } from '../../../python/marker/environment.ts'
import { readRequirementsFile } from '../../../python/requirement/file.ts'
import type { ProjectFiles } from '../../../python/requirement/listed.ts'
import { askFor, filesOf, hashesOf } from './requirements.ts'
import { type Wanted } from './wanted.ts'

const environment = markerEnvironment({ python: '3.13.5', architecture: 'amd64' })

/** What a repository with these files asks for, by its requirements.txt. */
function wanted(files: Readonly<Record<string, string>>): Wanted {
  const paths = Object.keys(files)
  const repository: ProjectFiles = {
    text: path => files[path] ?? null,
    has: path => paths.includes(path),
    hasDirectory: path => paths.some(file => file.startsWith(`${path}/`)),
  }
  const read = readRequirementsFile('requirements.txt', repository)
  return { directory: '.', requirements: read.requirements, lock: null, sources: read }
}

test('extras, markers, nested files and constraints come through as the resolver wants them', () => {
  const ask = askFor(
    wanted({
      'requirements.txt':
        '-r base.txt\n-c limits.txt\nuvicorn[standard]>=0.30 ; python_version >= "3.9"\npywin32 ; sys_platform == "win32"\n-e .\n',
      'base.txt': 'flask==3.1.2\n',
      'limits.txt': 'werkzeug<4\n',
      'setup.py': '',
    }),
    environment,
  )
  expect(ask).toEqual({
    lines: ['flask==3.1.2', 'uvicorn[standard]>=0.30'],
    direct: [],
    locked: null,
    constraints: ['werkzeug<4'],
    pinned: false,
  })
})

test('archives, commits and files of the repository are asked for by their place, a directory not at all', () => {
  const files = {
    'requirements.txt':
      'https://x.example/a-1.0-py3-none-any.whl\n./vendor/b c/own-1.0.tar.gz\n./libs/part\nb[x] @ git+https://g.example/b@v1\n',
    'vendor/b c/own-1.0.tar.gz': '',
    'libs/part/setup.py': '',
  }
  const { direct, lines } = askFor(wanted(files), environment)
  expect(lines).toEqual([])
  expect(direct.map(({ name, extras, place }) => [name, extras, place])).toEqual([
    ['a', [], 'https://x.example/a-1.0-py3-none-any.whl'],
    ['own', [], 'file:///vendor/b%20c/own-1.0.tar.gz'],
    ['b', ['x'], 'git+https://g.example/b@v1'],
  ])
})

test.each([
  ['hg+https://u:secret@host.example/x#egg=x', 'unsupported-requirement'],
  ['a @ git+https://g.example/x@${COMMIT}', 'unsupported-requirement'],
  ['flask ; sys_platform == "win32"', 'empty-environment'],
])('%s is refused as %s, without its password', (line, code) => {
  const files = { 'requirements.txt': `${line}\n` }
  try {
    askFor(wanted(files), environment)
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error)).not.toContain('secret')
  }
})

test('hashes of one name add up; another algorithm than sha256 is refused', () => {
  const a = 'a'.repeat(64)
  const b = 'b'.repeat(64)
  const lines = `x==1 --hash=sha256:${a}\nx==2 --hash=sha256:${b} --hash=sha512:${a}${a}\n`
  expect(hashesOf(wanted({ 'requirements.txt': lines })).get('x')).toEqual(new Set([a, b]))
  const other = wanted({ 'requirements.txt': `x==1 --hash=sha512:${a}${a}\n` })
  expect(() => hashesOf(other)).toThrow(expect.objectContaining({ code: 'unsupported-requirement' }))
})

test('every file that was read says as of when', () => {
  const files = { 'requirements.txt': '-r a.txt\n-c b.txt\nx\n', 'a.txt': 'y\n', 'b.txt': 'z<1\n' }
  expect(filesOf(wanted(files)).sort()).toEqual(['a.txt', 'b.txt', 'requirements.txt'])
})
