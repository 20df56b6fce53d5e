import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { relative, resolve } from 'node:path'
import { git } from '../../kit/git.ts'

/**
 * Marks by which a repository is known again from any machine: its remote and its first commit, each with the directory inside of it. Two
 * checkouts are of one repository when they share a mark. Without a remote it is this directory on this machine, too.
 */
export async function marksOf(directory: string): Promise<readonly string[]> {
  const place = realpathSync(resolve(directory))
  const [top, remote, roots] = await Promise.all([
    git(place, ['rev-parse', '--show-toplevel']),
    git(place, ['config', '--get', 'remote.origin.url']),
    git(place, ['rev-list', '--max-parents=0', 'HEAD']),
  ])
  const shallow = (await git(place, ['rev-parse', '--is-shallow-repository']))?.trim() === 'true'
  const below = top === null ? '' : relative(top.trim(), place)
  const within = below === '' ? '' : `//${below}`
  const origin = remote === null ? null : remoteName(remote.trim())
  const machine = createHash('sha256').update(`${hostname()}\0${place}`).digest('hex')
  // The first commits of a shallow checkout are whichever were fetched last.
  const first = shallow ? [] : (roots ?? '').split('\n').filter(line => line !== '')
  const marks = [
    // One path may hold one repository after the other, so it counts only where nothing better is known.
    origin === null ? `directory ${machine.slice(0, 16)}` : `${origin}${within}`,
    ...first.map(commit => `commit ${commit.slice(0, 16)}${within}`),
  ]
  return marks.slice(0, 8)
}

/** `github.com/acme/shop`, whichever way it is reached; null for a remote that is only a path. */
export function remoteName(remote: string): string | null {
  const [, host, path] =
    /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/+(.+)$/i.exec(remote) ??
    /^(?:[^@/]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(remote) ??
    []
  if (host === undefined || path === undefined) return null
  return `${host.toLowerCase()}/${path.replace(/\/+$/, '').replace(/\.git$/, '')}`
}

/** The commit of a checkout, with `+` where files differ from it; null without git. */
export async function commitOf(directory: string): Promise<string | null> {
  const [commit, changes] = await Promise.all([
    git(directory, ['rev-parse', '--verify', 'HEAD^{commit}']),
    git(directory, ['status', '--porcelain', '--untracked-files=no', '--', '.']),
  ])
  return commit === null ? null : `${commit.trim()}${changes?.trim() ? '+' : ''}`
}
