import { isWherryError } from '../kit/error.ts'
import { cancelled, rolledBack, unknownState } from '../steps/release/errors.ts'

/** What the work that Ctrl-C ended says of it is no news, but for what became of a release that was under way. */
export function interrupted(error: unknown, command: string): unknown {
  if ([cancelled, rolledBack, unknownState].some(entry => isWherryError(error, entry))) return error
  const next = `Run \`wherry ${command}\` again: what was made so far is kept.`
  return cancelled({ what: 'Interrupted.', next, cause: error })
}
