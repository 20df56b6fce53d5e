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
  return join(state, 'runtime', runtimeVersion())
}

let known: string | undefined

/** 16 hex digits that name just these files. */
export function runtimeVersion(): string {
  if (known !== undefined) return known
  const hash = createHash('sha256')
  for (const [name, text] of Object.entries(runtimeFiles())) hash.update(`${name}\0`).update(text)
  return (known = hash.digest('hex').slice(0, 16))
}

/** Path → text of what stays on a host, in the order of the paths. */
export function runtimeFiles(): Readonly<Record<string, string>> {
  const names = parts.flatMap(part =>
    part.endsWith('.py')
      ? [part]
      : readdirSync(join(ours, part), { recursive: true, encoding: 'utf8' }).map(name => join(part, name)),
  )
  const files = names.filter(name => name.endsWith('.py')).sort()
  return Object.fromEntries(files.map(name => [name, readFileSync(join(ours, name), 'utf8')]))
}

/** What is run on a server before anything of ours is there. */
export function bootstrapText(): string {
  return readFileSync(join(ours, 'bootstrap.py'), 'utf8')
}
