import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRequirementsFile, type RequirementsFile } from './file.ts'
import { readLines } from './lines.ts'
import type { ProjectFiles } from './listed.ts'
import { formatRequirement } from './requirement.ts'

function filesOf(texts: Readonly<Record<string, string>>): ProjectFiles {
  return {
    text: path => texts[path] ?? null,
    has: path => Object.hasOwn(texts, path),
    hasDirectory: path => path === '' || Object.keys(texts).some(name => name.startsWith(`${path}/`)),
  }
}

function read(text: string, more: Readonly<Record<string, string>> = {}): RequirementsFile {
  return readRequirementsFile('requirements.txt', filesOf({ 'requirements.txt': text, ...more }))
}

const shown = (file: RequirementsFile): string[] =>
  file.requirements.map(
    one => `${one.line} ${one.name === null ? (one.path ?? one.url) : formatRequirement({ ...one, name: one.name })}`,
  )

test('comments, continuations, hashes, markers and options, each with its line', () => {
  const text = [
    '# top',
    '--index-url https://host.example/simple',
    '--extra-index-url=https://other.example/simple # why',
    'Flask[async]==3.0 \\',
    '    --hash=sha256:AA \\',
    '    # in between',
    '    --hash=sha256:bb',
    '',
    'pywin32==306 ; sys_platform == "win32"',
    'a>=1,\\',
    '  <2',
    'b # note',
    'c@https://host.example/c.zip#egg=c',
    '--pre',
  ].join('\n')
  const file = read(text)
  expect(shown(file)).toEqual([
    '4 flask[async]==3.0',
    "9 pywin32==306; sys_platform == 'win32'",
    '10 a>=1,<2',
    '12 b',
    '13 c @ https://host.example/c.zip#egg=c',
  ])
  expect(file.requirements[0]?.hashes).toEqual(['sha256:aa'])
  expect(file).toMatchObject({
    index: 'https://host.example/simple',
    extraIndexes: ['https://other.example/simple'],
    prereleases: true,
  })
})

test('includes are relative to the file, requirements keep the file they stand in, constraints stay apart', () => {
  const file = read('-r requirements/base.txt\n--constraint=constraints.txt\nweb', {
    'requirements/base.txt': 'django\n-r more/x.txt',
    'requirements/more/x.txt': 'celery',
    'constraints.txt': 'kombu<5',
  })
  expect(file.requirements.map(one => [one.file, one.line, one.name])).toEqual([
    ['requirements/base.txt', 1, 'django'],
    ['requirements/more/x.txt', 1, 'celery'],
    ['requirements.txt', 3, 'web'],
  ])
  expect(file.constraints.map(({ name }) => name)).toEqual(['kombu'])
})

test('a circle of includes is read once', () => {
  expect(shown(read('-r requirements.txt\n-r b.txt\na', { 'b.txt': '-rrequirements.txt\nb' }))).toEqual(['2 b', '3 a'])
})

test.each([
  ['-e .', { path: '.', editable: true, name: null }],
  ['.[web]', { path: '.', extras: ['web'] }],
  ['-e ./libs/a[x]', { path: 'libs/a', extras: ['x'], editable: true }],
  ['file:libs/a', { path: 'libs/a' }],
  ['a @ file:./libs/a', { path: 'libs/a', name: 'a' }],
  ['wheels/a-1.0-py3-none-any.whl', { path: 'wheels/a-1.0-py3-none-any.whl', name: 'a' }],
  [
    'git+https://host.example/o/r.git@v1#egg=The.Name[x]&subdirectory=s',
    { name: 'the-name', extras: ['x'], path: null },
  ],
  ['-e git+ssh://git@host.example/o/r.git#egg=r-1.0', { name: 'r', editable: true }],
  ['git@host.example:o/r.git', { url: 'git+ssh://git@host.example/o/r.git', name: null }],
  ['https://host.example/b-2.0.tar.gz ; python_version > "3"', { name: 'b', url: 'https://host.example/b-2.0.tar.gz' }],
])('%s', (line, expected) => {
  const file = read(line, { 'libs/a/setup.py': '', 'wheels/a-1.0-py3-none-any.whl': '' })
  expect(file.requirements).toEqual([expect.objectContaining(expected)])
})

test.each([
  ['-r /etc/passwd', 'requirement-outside'],
  ['-r ../x.txt', 'requirement-outside'],
  ['-r https://host.example/r.txt', 'requirement-outside'],
  ['-e ../..', 'requirement-outside'],
  ['-e /srv/x', 'requirement-outside'],
  ['a @ file:///home/conda/feedstock_root/a', 'requirement-outside'],
  ['C:\\work\\a.whl', 'requirement-outside'],
  ['./a/../../b', 'requirement-outside'],
  ['-r absent.txt', 'requirements-missing'],
  ['./absent', 'invalid-requirement'],
  ['git+ext::sh -c id', 'invalid-requirement'],
  ['git+https://--upload-pack=x/y', 'invalid-requirement'],
  ['git+file:///etc', 'invalid-requirement'],
  ['flask=1.0', 'invalid-requirement'],
  ['numpy=1.19.2=py38h54aff64_0', 'invalid-requirement'],
  ['pip install flask', 'invalid-requirement'],
  ['flask 1.0', 'invalid-requirement'],
  ['<<<<<<< HEAD', 'invalid-requirement'],
  ['a; __import__("os").system("id")', 'invalid-requirement'],
  ['--unknown-option x', 'invalid-requirement'],
  ['a --unknown', 'invalid-requirement'],
  [`a${' '.repeat(200_000)}b`, 'invalid-requirement'],
])('refuses %s', (line, code) => {
  expect(() => read(`ok\n${line}`)).toThrow(
    expect.objectContaining({ code, evidence: [expect.objectContaining({ file: 'requirements.txt', line: 2 })] }),
  )
})

test('an error shows no password', () => {
  try {
    read('https://user:hunter2@host.example/x y')
    expect.unreachable()
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain('hunter2')
  }
})

test('a line break of any kind ends a line; invisible spaces do not matter', () => {
  expect(readLines('a\r\nb\rc\u00A0\n\u200Bd')).toEqual([
    { text: 'a', line: 1 },
    { text: 'b', line: 2 },
    { text: 'c', line: 3 },
    { text: 'd', line: 4 },
  ])
})

test('any text is read or refused by name', () => {
  const piece = fc.oneof(
    fc.constantFrom('-r ', '-e ', '\\\n', '#', ';', 'git+', '://', '..', '/', '[', ']', '==', 'a', '\n', ' '),
    fc.string({ maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
      try {
        for (const one of read(pieces.join('')).requirements) expect(one.path?.startsWith('..') ?? false).toBe(false)
      } catch (error) {
        expect(error).toMatchObject({
          code: expect.stringMatching(/^(?:invalid-requirement|requirements?-\w+)$/) as string,
        })
      }
    }),
  )
})
