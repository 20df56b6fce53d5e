import { lstatSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { exec } from '../../kit/exec.ts'

/**
 * Marks a path of a container, absolute there, as deleted in an upper directory. Nothing is done behind a link that the container left
 * in the way: it would lead out of the directory.
 *
 * The kernel lets everybody make this one device (Linux 5.8); where nobody can, there is no overlayfs to read it either.
 */
export async function markDeleted(upper: string, path: string): Promise<void> {
  const place = join(upper, path)
  if (leadsThroughLink(upper, dirname(path))) return
  rmSync(place, { recursive: true, force: true })
  if (process.platform !== 'linux') return
  mkdirSync(dirname(place), { recursive: true })
  await exec(['mknod', '--', place, 'c', '0', '0']).catch(() => null)
}

function leadsThroughLink(upper: string, directory: string): boolean {
  let at = upper
  for (const part of directory.split('/').filter(Boolean)) {
    at = join(at, part)
    const status = lstatSync(at, { throwIfNoEntry: false })
    if (status === undefined) return false
    if (!status.isDirectory()) return true
  }
  return false
}
