import { downloadFailed } from '../../../kit/errors.ts'
import { indexRefused } from '../../../python/index/errors.ts'
import { cannotResolve, noWheel, sdistBroken } from '../errors.ts'

/** What the output of uv and of builds means: the network, the index, a compiler that is missing, or the requirements themselves. */

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

const compilerNeeded =
  /\b(?:gcc|cc1|clang|g\+\+|rustc|cargo|cmake|gfortran|pkg-config|pg_config|mysql_config|swig)\b|command '[^']*cc' failed|unable to execute|Python\.h/

/** True for the output of a build that looked for a compiler, or for what a compiler reads. */
export function wantsCompiler(output: string): boolean {
  return compilerNeeded.test(output)
}

/** The error for a source distribution whose build failed. `native` says that it declares compiled modules. */
export function explainBuild(
  { name, version }: { readonly name: string; readonly version: string },
  output: string,
  native = false,
): Error {
  const evidence = lastLines(output, 12)
  if (native || wantsCompiler(output))
    return noWheel({
      what: `${name} ${version} has no wheel that fits, and building it needs a compiler or system headers.`,
      why: 'Images are made from wheels and pure-Python source.',
      next: `Take a version of ${name} that has a wheel for this Python on Linux${alternative(name)}.`,
      evidence,
    })
  return sdistBroken({
    what: `${name} ${version} is offered only as source, and its build fails.`,
    next: `Take another version of ${name}.`,
    evidence,
  })
}

const wheelsElsewhere: Readonly<Record<string, string>> = {
  psycopg2: 'psycopg2-binary',
  mysqlclient: 'PyMySQL',
  uwsgi: 'nothing at all: Gunicorn serves the app',
}

function alternative(name: string): string {
  const other = wheelsElsewhere[name]
  return other ? `, or ${other}` : ''
}

function lastLines(output: string, most: number): { text: string }[] {
  const lines = output.split('\n').filter(line => line.trim() !== '')
  return lines.slice(-most).map(text => ({ text }))
}
