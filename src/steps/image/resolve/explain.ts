import { downloadFailed } from '../../../kit/errors.ts'
import { indexRefused } from '../../../python/index/errors.ts'
import { explainBuild } from '../build/explain.ts'
import { cannotResolve } from '../errors.ts'
import { lastLines } from '../last-lines.ts'

/** What the output of uv means: the network, the index, or the requirements themselves. */

const refusedByIndex = /\b(?:401 Unauthorized|403 Forbidden)\b/
const unreachable =
  /error sending request|operation timed out|timed out|connection (?:refused|reset|closed)|dns error|HTTP status server error|error decoding response body|Failed to download|429 Too Many Requests/i

/** The error for an index that could not be asked; null when the requirements are the reason. */
export function explainIndex(output: string, timedOut: boolean): Error | null {
  const evidence = lastLines(output, 6)
  if (timedOut)
    return downloadFailed({
      what: 'The package index did not answer in time.',
      next: 'Check the network and the index settings, then run the command again.',
      evidence,
    })
  if (refusedByIndex.test(output))
    return indexRefused({
      what: 'The package index refused to be read.',
      why: 'it wants credentials, or does not accept those it got',
      next: 'Put credentials for it into netrc or into the index address pip or uv use, then run the command again.',
      evidence,
    })
  if (!unreachable.test(output) || /No solution found/.test(output)) return null
  return downloadFailed({
    what: 'The package index could not be read.',
    next: 'Check the network, the proxy and the index settings, then run the command again.',
    evidence,
  })
}

/** The error for requirements without a solution, or with a part that must be built and cannot. */
export function explainResolution(output: string, what: string): Error {
  const [, name, version] = /Failed to (?:download and )?build [`'"]?([\w.-]+)==([^\s`'"]+)/.exec(output) ?? []
  if (name !== undefined) return explainBuild({ name, version: version ?? '' }, output)
  return cannotResolve({
    what,
    why: 'The resolver explains:',
    next: 'Loosen or mend the requirement it names.',
    evidence: lastLines(output, 12),
  })
}
