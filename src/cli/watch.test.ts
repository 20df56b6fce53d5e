import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noteHookWrites } from './hook-writes.ts'
import { watch } from './watch.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'wherry-watch-'))))
afterEach(() => rmSync(root, { recursive: true }))

/** Waits for a condition rather than for a time. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i += 1) await sleep(25)
}

test('changes are acted on one at a time, those made before the first release too; what git ignores is none', async () => {
  writeFileSync(join(root, 'app.py'), '1')
  writeFileSync(join(root, '.gitignore'), '*.db\n')
  const stop = new AbortController()
  const released = Promise.withResolvers<void>()
  const acts: number[] = []
  let running = 0
  const watching = watch(root, { signal: stop.signal, after: released.promise }, async changed => {
    running += 1
    expect(running).toBe(1)
    await sleep(20)
    running -= 1
    acts.push(changed)
  })
  await sleep(200)
  writeFileSync(join(root, 'app.py'), '2')
  await sleep(300)
  expect(acts).toEqual([])
  released.resolve()
  await until(() => acts.length === 1)
  writeFileSync(join(root, 'data.db'), 'x')
  writeFileSync(join(root, 'wherry.lock'), 'x')
  mkdirSync(join(root, 'pages'))
  await sleep(300)
  expect(acts).toEqual([1])
  rmSync(join(root, 'app.py'))
  await until(() => acts.length === 2)
  stop.abort()
  await watching
  expect(acts).toEqual([1, 1])
})

test('it ends with the first release when that fails, whatever was changed meanwhile', async () => {
  writeFileSync(join(root, 'app.py'), '1')
  const released = Promise.withResolvers<void>()
  const options = { signal: new AbortController().signal, after: released.promise }
  const watching = watch(root, options, () => Promise.reject(new Error('nothing is released')))
  await sleep(200)
  writeFileSync(join(root, 'app.py'), '2')
  await sleep(100)
  released.reject(new Error('no wheel'))
  await expect(watching).rejects.toThrow('no wheel')
})

test('what the hook before the image writes is no change, though it fails; what is written after it is one', async () => {
  for (const name of ['app.py', 'version.py', 'old.css']) writeFileSync(join(root, name), '1')
  const stop = new AbortController()
  const writes = noteHookWrites(root)
  let acts = 0
  const options = { signal: stop.signal, after: Promise.resolve(), isOwn: writes.isOwn }
  const watching = watch(root, options, async () => {
    acts += 1
    const hook = async (): Promise<void> => {
      writeFileSync(join(root, 'version.py'), String(acts))
      writeFileSync(join(root, `new${acts}.css`), '')
      rmSync(join(root, 'old.css'), { force: true })
      if (acts === 2) throw new Error('hook-failed')
    }
    await writes.during(hook).catch(() => {})
    await sleep(50)
    if (acts === 1) writeFileSync(join(root, 'version.py'), 'edited while the image is made')
  })
  await sleep(200)
  writeFileSync(join(root, 'app.py'), '2')
  await until(() => acts === 2)
  await sleep(400)
  stop.abort()
  await watching
  expect(acts).toBe(2)
})
