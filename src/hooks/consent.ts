import { createHash } from 'node:crypto'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stateHome } from '../kit/user-places.ts'
import type { Programs } from './hooks.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Whether the user has allowed exactly these programs for exactly this repository. */
export async function isAllowed(programs: Programs, repository: string, env: Env = process.env): Promise<boolean> {
  if (env['WHERRY_HOOKS'] === 'allow') return true
  return access(placeOf(programs, repository, env)).then(
    () => true,
    () => false,
  )
}

/** Remembers that they are; other ones will be asked for anew. */
export async function allow(programs: Programs, repository: string, env: Env = process.env): Promise<void> {
  const file = placeOf(programs, repository, env)
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  await writeFile(file, `${repository}\n`)
}

function placeOf(programs: Programs, repository: string, env: Env): string {
  const named = Object.entries(programs).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha256').update(JSON.stringify([repository, named]))
  return join(stateHome(env), 'allowed-hooks', hash.digest('hex'))
}
