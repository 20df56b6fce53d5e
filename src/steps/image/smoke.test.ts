import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../test/support/repository.ts'
import { listWrites } from './smoke.ts'

const made: string[] = []
afterEach(() => {
  for (const root of made.splice(0)) removeRepository(root)
})

function directory(files: Files): string {
  const root = makeRepository(files)
  made.push(root)
  return root
}

const writes = (written: Files, image: Files): ReturnType<typeof listWrites> =>
  listWrites({ directory: directory(written), below: [directory(image)], path: '' })

test('a directory that the image lacks is one place, whatever its files are called', () => {
  expect(writes({ 'uploads/8f1.png': '', 'uploads/a/b.png': '' }, { 'app.py': '' })).toEqual([
    { path: 'uploads', kind: 'directory' },
  ])
})

test('databases are places of their own: they are copied in another way', () => {
  expect(writes({ 'instance/notes.db': '' }, {})).toEqual([{ path: 'instance/notes.db', kind: 'sqlite' }])
  expect(writes({ 'var/a.sqlite3': '', 'var/x.json': '' }, {})).toEqual([{ path: 'var', kind: 'directory' }])
})

test('in a directory of the image only the file is a place', () => {
  expect(writes({ 'data/seen.json': '' }, { 'data/given.json': '' })).toEqual([
    { path: 'data/seen.json', kind: 'file' },
  ])
})

test('what comes and goes with the process is no data', () => {
  const passing = {
    '__pycache__/a.cpython-313.pyc': '',
    'x.db-wal': '',
    'x.db-journal': '',
    'app.pid': '',
    'a.pyc': '',
  }
  expect(writes(passing, {})).toEqual([])
})
