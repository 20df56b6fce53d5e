import { readFileSync } from 'node:fs'
import { ownArchitecture } from '../../src/kit/architecture.ts'
import type { Lock } from '../../src/model/lock.ts'
import { lockFor, parseLockFile } from '../../src/steps/image/resolve/lock-file.ts'

/** What a wherry.lock holds for this machine's own platform. */
export function ownLock(file: string): Lock {
  const lock = lockFor(parseLockFile(readFileSync(file, 'utf8'), file), ownArchitecture)
  if (lock === null) throw new Error(`${file} holds nothing for linux/${ownArchitecture}`)
  return lock
}
