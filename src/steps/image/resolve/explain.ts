import { downloadFailed } from '../../../kit/errors.ts'
import { cannotResolve } from '../errors.ts'
import { lastLines } from '../last-lines.ts'

/** What the end of a resolution without a result means. */

/** The error for a resolver that did not end; null when it did. */
export function explainIndex(timedOut: boolean): Error | null {
  if (!timedOut) return null
  return downloadFailed({
    what: 'The requirements could not be resolved in time.',
    next: 'Check the network and the index settings, then run the command again.',
  })
}

/** The error for requirements without a solution. */
export function explainResolution(output: string, what: string): Error {
  return cannotResolve({
    what,
    why: 'The resolver explains:',
    next: 'Loosen or mend the requirement it names.',
    evidence: lastLines(output, 12),
  })
}
