import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { wrongHash } from '../../../kit/errors.ts'
import { exec } from '../../../kit/exec.ts'
import { redactUrl } from '../../../kit/secret.ts'
import type { Distribution } from '../../../model/lock.ts'
import { gitFailed } from '../errors.ts'
import { signalOf, withScratch, type Tools } from '../tools.ts'

/** A commit of a repository: what pip writes as `git+https://host/x.git@REF#subdirectory=DIR`. */
export interface GitSource {
  /** Without `git+`. May hold credentials. */
  readonly url: string
  /** A commit, tag or branch; null for what the repository says is its head. */
  readonly ref: string | null
  /** Where in it the project lies; '' for its root. */
  readonly subdirectory: string
}

export function isGit(url: string): boolean {
  return url.startsWith('git+')
}

/** @param text an address that `isGit` knows */
export function parseGit(text: string): GitSource {
  const [address = '', fragment = ''] = text.slice('git+'.length).split('#', 2)
  // An `@` before the path belongs to a user: ssh://git@host/x.git.
  const [, url = address, ref = null] = /^([a-z]+:\/\/[^/]+\/.*)@([^@/][^@]*)$/i.exec(address) ?? []
  return { url, ref, subdirectory: new URLSearchParams(fragment).get('subdirectory')?.replace(/^\/+|\/+$/g, '') ?? '' }
}

export function formatGit({ url, ref, subdirectory }: GitSource): string {
  return `git+${url}${ref === null ? '' : `@${ref}`}${subdirectory === '' ? '' : `#subdirectory=${subdirectory}`}`
}

/** True for the full name of a commit, which means the same for ever. */
export function isCommit(ref: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)
}

/** The commit that a source means now. Throws `git-failed`. */
export async function resolveCommit(source: GitSource, tools: Tools): Promise<string> {
  const { ref } = source
  if (ref !== null && isCommit(ref)) return ref
  const names = ref === null ? ['HEAD'] : [`refs/tags/${ref}^{}`, `refs/tags/${ref}`, `refs/heads/${ref}`, ref]
  const lines = (await git(['ls-remote', '--', source.url], source, tools)).split('\n')
  const listed = new Map(lines.map(line => line.split('\t') as [string, string]).map(([id, name]) => [name, id]))
  const found = names.map(name => listed.get(name)).find(id => id !== undefined)
  if (found !== undefined && isCommit(found)) return found
  // The short name of a commit is known to the repository alone.
  return withScratch(tools, async scratch => {
    await fetchAll(source, scratch, tools)
    const id = await git(['-C', scratch, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`], source, tools)
    return id.trim()
  })
}

/**
 * The tree of a commit as a tar in the cache, by its hash: every file, whatever the repository's attributes say of archives. `sha256` null takes
 * what comes. Gives path and hash. Throws `git-failed`, `wrong-hash`.
 */
export async function archiveCommit(
  source: GitSource & { readonly ref: string },
  sha256: string | null,
  tools: Tools,
): Promise<{ readonly path: string; readonly sha256: string }> {
  return withScratch(tools, async scratch => {
    const [repository, tar] = [join(scratch, 'repository'), join(scratch, 'tar')]
    await mkdir(repository)
    await fetchCommit(source, repository, tools)
    await mkdir(join(repository, 'info'), { recursive: true })
    await writeFile(join(repository, 'info', 'attributes'), '* -export-ignore -export-subst -text -filter\n')
    const form = ['--format=tar', `--prefix=${source.ref.slice(0, 12)}/`, `--output=${tar}`]
    await git(['-C', repository, '-c', 'tar.umask=0022', 'archive', ...form, source.ref], source, tools)
    const hash = createHash('sha256')
    await pipeline(createReadStream(tar), hash)
    const seen = hash.digest('hex')
    if (sha256 !== null && seen !== sha256)
      throw wrongHash({
        what: `Commit ${source.ref} of ${redactUrl(source.url)} is not the tree that wherry.lock names.`,
        why: `expected sha256 ${sha256}, got ${seen}`,
        next: 'Run `wherry update` to lock it anew.',
      })
    return { path: await tools.cache.entry('sdist', seen, path => rename(tar, path)), sha256: seen }
  })
}

/** A locked commit, from the cache or its repository. Throws `git-failed`, `wrong-hash`. */
export async function fetchGit({ url, sha256 }: Distribution, tools: Tools): Promise<string> {
  const known = await tools.cache.find('sdist', sha256)
  if (known !== null) return known
  const source = parseGit(url)
  const { ref } = source
  if (ref === null || !isCommit(ref)) throw new Error('a lock names commits')
  return (await archiveCommit({ ...source, ref }, sha256, tools)).path
}

/** One commit alone where the server gives it by name, else everything. */
async function fetchCommit(source: GitSource & { readonly ref: string }, into: string, tools: Tools): Promise<void> {
  await git(['init', '--quiet', '--bare', into], source, tools)
  const fetch = ['-C', into, 'fetch', '--quiet', '--no-tags', '--depth=1', '--', source.url, source.ref]
  await git(fetch, source, tools).catch(() => fetchAll(source, into, tools))
}

async function fetchAll(source: GitSource, into: string, tools: Tools): Promise<void> {
  await git(['init', '--quiet', '--bare', into], source, tools)
  const all = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
  await git(['-C', into, 'fetch', '--quiet', '--no-tags', '--', source.url, ...all], source, tools)
}

/** Only protocols that reach a server, no question to a person, no hook. The user's own settings hold the credentials. */
async function git(args: readonly string[], { url }: GitSource, tools: Tools): Promise<string> {
  const settings = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.auto=0'].flatMap(one => ['-c', one])
  const variables = [
    'PATH',
    'HOME',
    'SSH_AUTH_SOCK',
    'http_proxy',
    'https_proxy',
    'HTTPS_PROXY',
    'no_proxy',
    'NO_PROXY',
  ]
  const own = Object.fromEntries(variables.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
  const env = {
    ...own,
    GIT_ALLOW_PROTOCOL: 'git:http:https:ssh',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    LC_ALL: 'C.UTF-8',
  }
  const result = await exec(['git', '--no-pager', ...settings, ...args], {
    env,
    timeout: 600_000,
    ...signalOf(tools),
  }).catch((error: unknown) => refuse(url, error instanceof Error ? error.message : String(error)))
  if (result.code === 0) return result.stdout
  return refuse(
    url,
    result.timedOut ? 'it did not answer in ten minutes' : (result.stderr.trim().split('\n').at(-1) ?? ''),
  )
}

function refuse(url: string, why: string): never {
  throw gitFailed({
    what: `${redactUrl(url)} cannot be fetched.`,
    why: why.replaceAll(url, redactUrl(url)),
    next: 'Check that git on this machine reaches it: the address, the reference, and the credentials git uses for it.',
  })
}
