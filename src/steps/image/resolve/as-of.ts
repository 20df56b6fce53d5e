import { createHash } from 'node:crypto'
import { git } from '../../../kit/git.ts'
import { readRegular } from '../../../kit/regular-file.ts'

/**
 * The moment to look at the index as of: when the files that say what is needed were last committed. Null outside of git, and while
 * they are changed or not committed yet: then it is now.
 */
export async function asOfCommit(root: string, files: readonly string[]): Promise<string | null> {
  if (files.length === 0) return null
  const listed = await git(root, ['ls-tree', '-z', 'HEAD', '--', ...files])
  if (listed === null) return null
  const committed = new Map(
    listed
      .split('\0')
      .filter(line => line !== '')
      .map(line => [line.slice(line.indexOf('\t') + 1), line.split(/[ \t]/)[2] ?? ''] as const),
  )
  // `git status` would tell, too, but it runs the filters that the repository's own configuration names.
  if (!files.every(file => isCommitted(root, file, committed.get(file) ?? ''))) return null
  const date = (await git(root, ['log', '-1', '--no-show-signature', '--format=%cI', '--', ...files]))?.trim()
  return date ? new Date(date).toISOString().replace('.000Z', 'Z') : null
}

/** True when the file's content has this name in git (gitformat-pack(5), "Object": the kind, the size, a NUL and the bytes). */
function isCommitted(root: string, file: string, id: string): boolean {
  const bytes = readRegular(root, file, 64 * 1024 ** 2)
  if (bytes === null) return false
  const hash = createHash(id.length === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === id
}
