import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import { readLoaded } from './loaded.ts'

let root = ''
afterEach(() => removeRepository(root))

function read(files: Files): ReturnType<typeof readLoaded> {
  root = makeRepository(files)
  return readLoaded(root)
}

const waits = `Timeout (0:00:15)!
Thread 0x00007f0000000001 (most recent call first):
  File "/app/other.py", line 9 in poll
  File "/usr/lib/python3.13/threading.py", line 1 in run

Thread 0x00007f0000000002 (most recent call first):
  File "/usr/lib/python3.13/socket.py", line 868 in create_connection
  File "/app/shop/db.py", line 14 in connect
  File "/app/main.py", line 3 in <module>
`

test('an app that did not come to its end is told by the line of its own that it stands at', () => {
  expect(read({ 'loaded.json.waits': waits })).toMatchObject({ ok: false, waits: 'shop/db.py:14' })
})

test('what came to its end counts, however long it took', () => {
  expect(read({ 'loaded.json.waits': waits, 'loaded.json': '{"ok": true}' })).toMatchObject({ ok: true, waits: null })
})

test.each<Files>([{}, { 'loaded.json.waits': 'garbage' }, { 'loaded.json': '[' }])(
  'of nothing nothing is read',
  files => {
    expect(read(files)).toBeNull()
  },
)
