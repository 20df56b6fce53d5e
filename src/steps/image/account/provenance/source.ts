import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from '../../../../kit/git.ts'
import type { Checkout } from '../../../../kit/checkout/index.ts'
import { isLockFile } from '../../resolve/lock-file.ts'
import { mapParallel } from '../../../../kit/parallel.ts'
import { redactUrl } from '../../../../kit/secret.ts'

/** The commit an image was made from, as far as it can be told. */
export interface Source {
  readonly commit: string
  /** The address of the remote `origin`, without credentials; null where there is none. */
  readonly remote: string | null
  /** Files of the repository that are not as the commit has them, or not in it; at most ten are named. */
  readonly changed: readonly string[]
}

/** Null outside of git, and before the first commit. */
export async function findSource(checkout: Checkout): Promise<Source | null> {
  if (!checkout.git) return null
  const commit = (await git(checkout.root, ['rev-parse', '--verify', 'HEAD^{commit}']))?.trim()
  if (!commit || !/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit)) return null
  const remote = (await git(checkout.root, ['config', '--get', 'remote.origin.url']))?.trim()
  return { commit, remote: remote ? withoutUser(remote) : null, changed: await changedFiles(checkout) }
}

/** `git status` would tell, too, but it runs the filters that the repository's own configuration names. */
async function changedFiles({ root, files }: Checkout): Promise<string[]> {
  const prefix = (await git(root, ['rev-parse', '--show-prefix']))?.trim() ?? ''
  const listed = (await git(root, ['ls-tree', '-r', '-z', '--full-tree', 'HEAD', ...(prefix ? [prefix] : [])])) ?? ''
  const committed = new Map(
    listed
      .split('\0')
      .filter(line => line !== '')
      .map(line => [line.slice(line.indexOf('\t') + 1).slice(prefix.length), line.split(/[ \t]/)[2] ?? '']),
  )
  const own = files.filter(file => !isLockFile(file))
  const same = await mapParallel(own, 16, async file => isCommitted(join(root, file), committed.get(file)))
  const present = new Set(files)
  const gone = [...committed.keys()].filter(file => !present.has(file) && !isLockFile(file))
  return [...own.filter((_, i) => !same[i]), ...gone].sort().slice(0, 10)
}

/** By the name git gives a content (gitformat-pack(5), "Object": the kind, the size, a NUL and the bytes). */
async function isCommitted(path: string, id: string | undefined): Promise<boolean> {
  if (id === undefined) return false
  const status = await lstat(path).catch(() => null)
  if (status === null) return false
  const hash = createHash(id.length === 64 ? 'sha256' : 'sha1')
  if (status.isSymbolicLink()) {
    const target = Buffer.from(await readlink(path))
    return hash.update(`blob ${target.length}\0`).update(target).digest('hex') === id
  }
  if (!status.isFile()) return false
  hash.update(`blob ${status.size}\0`)
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex') === id
}

/** `user@host:path` keeps its user, which is part of the address; a URL loses user, password and query values. */
function withoutUser(remote: string): string {
  if (/^[A-Za-z0-9._-]+@[^/:]+:/.test(remote)) return remote
  const plain = redactUrl(remote)
  return plain.replace(/:\/\/\*{3}@/, '://')
}
