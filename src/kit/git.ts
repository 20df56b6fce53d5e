import { exec, type ExecOptions } from './exec.ts'

/** For an answer that is long, or takes long. */
export type GitOptions = Pick<ExecOptions, 'keep' | 'timeout'>

/**
 * What git answers about a repository that somebody else configured, and who may be hostile: no program and no remote it names is
 * reached. Null when git refuses or is not there.
 */
export async function git(root: string, args: readonly string[], options: GitOptions = {}): Promise<string | null> {
  const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.directory=*'].flatMap(one => ['-c', one])
  const result = await exec(['git', '--no-pager', '--literal-pathspecs', ...settings, '-C', root, ...args], {
    timeout: 30_000,
    ...options,
    // GIT_DIR of a hook that runs us would mean another repository.
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: process.env['HOME'] ?? '/',
      // Where the user's own ignore file is.
      ...(process.env['XDG_CONFIG_HOME'] ? { XDG_CONFIG_HOME: process.env['XDG_CONFIG_HOME'] } : {}),
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_NO_LAZY_FETCH: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
    },
  }).catch(() => null)
  return result?.code === 0 ? result.stdout : null
}
