import { posix } from 'node:path'
import type { Lock } from './lock.ts'
import { readPdmLock } from './pdm.ts'
import { readPipfileLock } from './pipenv.ts'
import { readPoetryLock } from './poetry.ts'
import { readPylock } from './pylock.ts'
import { readUvLock } from './uv.ts'

const readers: ReadonlyMap<string, (text: string, file: string) => Lock> = new Map([
  ['uv.lock', readUvLock],
  ['poetry.lock', readPoetryLock],
  ['pdm.lock', readPdmLock],
  ['Pipfile.lock', readPipfileLock],
  ['pylock.toml', readPylock],
])

/** Bytes. The largest lock seen in public projects is 6 MB. */
export const largestLock = 64 * 1024 ** 2

/** True for the file names `readLock` takes; PEP 751 also allows `pylock.NAME.toml`. */
export function isLockName(name: string): boolean {
  return readers.has(name) || /^pylock\.[^.]+\.toml$/.test(name)
}

/** Reads a lock of any format, told by its file name. @throws `invalid-toml`, `invalid-lock` */
export function readLock(text: string, file: string): Lock {
  const read = readers.get(posix.basename(file)) ?? readPylock
  return read(text, file)
}
