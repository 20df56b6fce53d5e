import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Repositories made by tests, from a map of their files. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** A new directory with these files, below the temporary directory; whoever asks removes it. */
export function makeRepository(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'wherry-repository-'))
  addFiles(root, files)
  return root
}

export function addFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    // Of the mode git keeps one bit; the umask of whoever runs the tests must not matter.
    chmodSync(file, 0o644)
  }
}

/** Commits everything, at the moment given (RFC 3339). */
export function commit(root: string, date = '2026-01-02T03:04:05Z'): void {
  const env = {
    PATH: process.env['PATH'],
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  }
  const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: root, env, stdio: 'pipe' })
  git('init', '-q')
  git('add', '-A')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', 'change')
}

export function removeRepository(root: string): void {
  rmSync(root, { recursive: true, force: true })
}
