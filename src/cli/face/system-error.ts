import { diskFull } from '../../kit/errors.ts'
import type { WherryError } from '../../kit/error.ts'
import { machineRefuses } from '../errors.ts'

/** What the system says when it is the machine that must change; other codes (ENOENT …) are mistakes of ours where nobody expected them. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
}

/** An error of the catalogue for one of the operating system that nobody expected; null for any other. */
export function explainSystem(error: unknown): WherryError | null {
  const { code, path, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  if (code === undefined) return null
  // inotify(7) has limits of its own, and says of them that there is no space, or that too many files are open.
  if (syscall === 'watch' && (code === 'ENOSPC' || code === 'EMFILE'))
    return machineRefuses({
      what: 'The files of the repository cannot be watched.',
      why: 'this machine watches as many as it may',
      next: 'Raise the limit (`sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`), or run `wherry up` without --watch.',
      cause: error,
    })
  const where = path === undefined ? '' : ` ${path}`
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return diskFull({
      what: 'The disk is full.',
      why: `Nothing more can be written${where === '' ? '' : ` to${where}`}.`,
      next: 'Free some space, or set WHERRY_CACHE to a directory on a larger disk, then run the command again.',
      cause: error,
    })
  const why = Object.hasOwn(reasons, code) ? reasons[code] : undefined
  if (why === undefined) return null
  return machineRefuses({
    what: path === undefined ? 'The operating system refuses what is needed.' : `${path} cannot be used.`,
    why,
    next: 'Mend that, or set WHERRY_CACHE and WHERRY_STATE to directories that you own.',
    cause: error,
  })
}
