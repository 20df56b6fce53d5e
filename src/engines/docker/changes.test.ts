import { expect, test } from 'vitest'
import { chooseChanges } from './changes.ts'

const change = (text: string) => ({ Kind: 'CAD'.indexOf(text[0] ?? ''), Path: text.slice(2) })

test('a new directory is fetched at once, a changed one file by file', () => {
  const changes = ['C /app', 'A /app/static', 'A /app/static/a', 'A /app/static/b/c', 'C /app/db', 'C /usr', 'D /usr/x']
  expect(chooseChanges(changes.map(change), [])).toEqual({
    added: ['/app/static'],
    modified: ['/app/db'],
    directories: ['/app', '/usr'],
    deleted: ['/usr/x'],
  })
})

test('mounts, what was made to hold them, and what engines add are no changes', () => {
  const changes = ['A /data', 'A /data/deep', 'A /data/deep/file', 'A /.dockerenv', 'C /etc', 'A /etc/hosts', 'C /run']
  const chosen = chooseChanges(changes.map(change), ['/data/deep', '/run'])
  // A directory without changes in it is left out later, when the engine says that it is one.
  expect(chosen).toEqual({ added: [], modified: ['/etc'], directories: [], deleted: [] })
})

test('what was made beside a mount is fetched without it', () => {
  const changes = ['A /data', 'A /data/deep', 'A /data/more', 'A /data/more/file']
  expect(chooseChanges(changes.map(change), ['/data/deep'])).toEqual({
    added: ['/data/more'],
    modified: [],
    directories: ['/data'],
    deleted: [],
  })
})
