import { exec } from '../../../kit/exec.ts'

/**
 * The moment to look at the index as of: when the files that say what is needed were last committed. Null outside of git, and while
 * they are changed or not committed yet: then it is now.
 */
export async function asOfCommit(root: string, files: readonly string[]): Promise<string | null> {
  if (files.length === 0) return null
  // The repository configures git: nothing it names may run.
  const git = [
    'git',
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    'safe.directory=*',
    '-C',
    root,
  ] as const
  const run = async (...args: string[]): Promise<string | null> => {
    const result = await exec([...git, ...args, '--', ...files], { timeout: 30_000 }).catch(() => null)
    return result?.code === 0 ? result.stdout.trim() : null
  }
  if ((await run('status', '--porcelain', '--untracked-files=all', '--ignored')) !== '') return null
  const date = await run('log', '-1', '--format=%cI')
  return date ? new Date(date).toISOString().replace('.000Z', 'Z') : null
}
