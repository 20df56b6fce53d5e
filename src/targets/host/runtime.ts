import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ours = fileURLToPath(new URL('../../../runtime/', import.meta.url))
const parts = ['agent', 'sandboxing', 'sandbox.py']

/**
 * Puts the Python that stays on this machine (agent, holder, sandbox) beside the state and returns its directory. Not run from our
 * own package: `npx` and an upgrade take that away while the holder lives, which would find nothing to start an app again with.
 */
export async function installRuntime(state: string): Promise<string> {
  const place = placeIn(state)
  if (isInstalled(state)) return place
  await mkdir(join(state, 'runtime'), { recursive: true, mode: 0o700 })
  const made = await mkdtemp(join(state, 'runtime', '.new-'))
  try {
    for (const part of parts) {
      await cp(join(ours, part), join(made, part), { recursive: true, filter: path => !path.includes('__pycache__') })
    }
    await rename(made, place)
  } catch (error) {
    if (!existsSync(place)) throw error // Another process was first.
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return place
}

export function isInstalled(state: string): boolean {
  return existsSync(placeIn(state))
}

function placeIn(state: string): string {
  return join(state, 'runtime', version())
}

let known: string | undefined

function version(): string {
  if (known !== undefined) return known
  const hash = createHash('sha256')
  const files = parts.flatMap(part =>
    part.endsWith('.py')
      ? [part]
      : readdirSync(join(ours, part), { recursive: true, encoding: 'utf8' }).map(name => join(part, name)),
  )
  for (const file of files.filter(name => name.endsWith('.py')).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(ours, file)))
  }
  return (known = hash.digest('hex').slice(0, 16))
}
