import { realpathSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openHost, placeOf, type Host } from '../targets/host/index.ts'
import { notReleased } from './errors.ts'

/**
 * The place of a repository's app on this machine, found by the repository alone: what runs can be stopped and asked also when its source
 * does not parse any more. Throws `not-released`.
 */
export async function openPlace(path: string): Promise<Host> {
  const repository = realDirectory(path)
  // The name in front of the hash is for people; the hash says which repository it is.
  const sample = placeOf('x', repository)
  const suffix = sample.slice(sample.lastIndexOf('-'))
  const names = await readdir(dirname(sample)).catch(() => [])
  const found = names.find(name => name.endsWith(suffix))
  if (found) return openHost({ home: join(dirname(sample), found) })
  throw notReleased({
    what: `Nothing of ${path} has been released on this machine.`,
    next: `wherry up ${path}`,
  })
}

function realDirectory(path: string): string {
  try {
    return realpathSync(resolve(path))
  } catch {
    return resolve(path)
  }
}
