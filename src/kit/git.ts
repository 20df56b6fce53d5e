import { exec } from './exec.ts'

/**
 * What git answers about a repository that somebody else configured, and who may be hostile: no program and no remote it names is
 * reached. Null when git refuses or is not there.
 */
export async function git(root: string, ...args: string[]): Promise<string | null> {
  const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.directory=*'].flatMap(one => ['-c', one])
  const result = await exec(['git', '--no-pager', '--literal-pathspecs', ...settings, '-C', root, ...args], {
    timeout: 30_000,
    // GIT_DIR of a hook that runs us would mean another repository.
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: process.env['HOME'] ?? '/',
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_NO_LAZY_FETCH: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
    },
  }).catch(() => null)
  return result?.code === 0 ? result.stdout : null
}
