import type { Reason } from '../../../model/because.ts'
import { allowsMinor } from '../../../python/version/python.ts'
import { unsupportedPython } from '../../../plan-errors.ts'
import type { Statement } from './statement.ts'

/** Too old to deploy: their security support has ended, and no base holds them. */
const old = ['2.7', '3.4', '3.5', '3.6', '3.7', '3.8', '3.9']

/** @throws `unsupported-python` for a minor before 3.10 */
export function refuseOld(minor: string, because: readonly Reason[]): void {
  const [major = 0, part = 0] = minor.split('.').map(Number)
  if (major === 3 && part >= 10) return
  const [reason] = because
  const rewrite = major < 3 ? 'Port the app to Python 3 first.' : 'Most apps run unchanged on a newer one.'
  throw unsupportedPython({
    what: `The app asks for Python ${minor}, which is not supported.`,
    why: `${reason?.file ?? 'It'} says ${reason?.text ?? minor}. The security support of Python ${minor} has ended. ${rewrite}`,
    next: `Set a version from 3.10 on, best 3.13${reason === undefined ? '' : `, in ${reason.file}`}, and try the app with it.`,
    evidence: because,
  })
}

/** Two files that cannot both be right. */
export function refuseContradiction(a: Statement, b: Statement): Error {
  return unsupportedPython({
    what: `${a.reason.file} and ${b.reason.file} contradict each other about Python.`,
    why: `One says ${a.reason.text}, the other ${b.reason.text}.`,
    next: `Correct the one that is wrong, or remove ${a.reason.file}.`,
    evidence: [a.reason, b.reason],
  })
}

/** No supported minor is in all the ranges: they are for an old Python, or exclude each other. */
export function refuseRanges(ranges: readonly Statement[]): Error {
  const evidence = ranges.map(({ reason }) => reason)
  const said = evidence.map(({ file, text }) => `${file} says ${text}`).join('; ')
  const last = old.findLast(minor => ranges.every(range => allowsMinor(range.constraint, minor)))
  const why =
    last === undefined
      ? `${said}. No version is in all of these.`
      : `${said}. The newest version allowed is ${last}, and its security support has ended.`
  return unsupportedPython({
    what: 'No supported Python is in the range the files allow.',
    why,
    next: `Allow a version from 3.10 on, best 3.13, in ${evidence[0]?.file ?? 'the manifest'}, and try the app with it.`,
    evidence,
  })
}
