import { git } from '../../../kit/git.ts'
import { exactly, type Statement } from './statement.ts'

/** The first day of the newest minor a base is always at hand for. @see PEP 719 */
const newest = { minor: '3.13', released: '2024-10-07', before: '3.11' }

/**
 * What packages that were settled on before a Python came out say of it: they cannot have been tried on it. `files` are those that
 * say what is needed. Null outside of git, while they are not committed, and for a date from the newest minor on.
 */
export async function readAge(root: string, files: readonly (string | null)[]): Promise<Statement | null> {
  const [first, ...others] = files.filter(file => file !== null)
  if (first === undefined) return null
  const answer = await git(root, ['log', '-1', '--no-show-signature', '--format=%cs', '--', first, ...others])
  const date = answer?.trim() ?? ''
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || date >= newest.released) return null
  return {
    reason: { file: first, line: null, text: `last changed ${date}, before Python ${newest.minor} came out` },
    kind: 'hint',
    constraint: exactly(newest.before),
    minor: newest.before,
  }
}
