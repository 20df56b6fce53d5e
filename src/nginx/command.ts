import { can } from './capability.ts'
import type { DiskPath } from './path.ts'
import type { Nginx } from './version.ts'

/** The argv that starts nginx in the foreground with this configuration; `test` only checks it (exit code 0: accepted). */
export function nginxCommand(
  configuration: DiskPath,
  nginx: Nginx,
  { program = 'nginx', test = false }: { readonly program?: string; readonly test?: boolean } = {},
): [string, ...string[]] {
  // Before it reads the configuration nginx opens a log whose path is compiled in, often one only root may write.
  const log = can(nginx, 'error-log-option') ? ['-e', 'stderr'] : []
  return [program, ...log, '-c', configuration, ...(test ? ['-t'] : [])]
}
