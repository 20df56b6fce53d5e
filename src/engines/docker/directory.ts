import { posix } from 'node:path'
import type { Container } from '../engine.ts'
import { ApiError } from './client.ts'
import type { Daemon } from './daemon.ts'
import { missingDirectory } from './explain.ts'
import { changesOf } from './changes.ts'

/**
 * Refuses a working directory that the image lacks or that belongs to the kernel, before the container starts: engines make one that is
 * missing, and some have followed a link in it out of the image (CVE-2024-21626).
 */
export async function checkDirectory(daemon: Daemon, id: string, container: Container): Promise<void> {
  const { cwd, mounts } = container
  if (!cwd.startsWith('/')) throw missingDirectory(container, 'it is not absolute')
  if (mounts.some(({ to }) => `${cwd}/`.startsWith(`${posix.resolve('/', to)}/`))) return
  let path = cwd
  for (let links = 0; links < 20; links += 1) {
    if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(posix.resolve('/', path)))
      throw missingDirectory(container, 'it belongs to the kernel')
    const status = await statusOf(daemon, id, path)
    if (status === null) throw missingDirectory(container, 'it does not exist')
    if (status.isDirectory) break
    if (!status.link) throw missingDirectory(container, 'it is not a directory')
    path = posix.resolve(posix.dirname(path), status.link)
  }
  const made = (await changesOf(daemon, id)).some(({ Kind, Path }) => Kind === 1 && Path === posix.resolve('/', path))
  if (made) throw missingDirectory(container, 'it does not exist')
}

/** Bits of Go's os.FileMode, in which engines tell modes. */
const [goDirectory, goSymlink] = [2 ** 31, 2 ** 27]

/** What lies at a path of a container; null for nothing. */
export async function statusOf(
  { client }: Daemon,
  id: string,
  path: string,
): Promise<{ readonly isDirectory: boolean; readonly link: string | null } | null> {
  try {
    const { headers } = await client.call('HEAD', `/containers/${id}/archive`, { query: { path } })
    const text = Buffer.from(String(headers['x-docker-container-path-stat'] ?? ''), 'base64').toString('utf8')
    const { mode = 0, linkTarget = '' } = JSON.parse(text) as { mode?: number; linkTarget?: string }
    const has = (bit: number): boolean => Math.floor(mode / bit) % 2 === 1
    return { isDirectory: has(goDirectory), link: has(goSymlink) ? linkTarget : null }
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}
