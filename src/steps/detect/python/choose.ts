import type { Reason } from '../../../model/because.ts'
import type { PythonFact } from '../../../model/project.ts'
import { allowsMinor } from '../../../python/version/python.ts'
import { compareVersions } from '../../../python/version/version.ts'
import type { Packages } from '../packages/index.ts'
import { obstaclesTo } from './fits.ts'
import { refuseRanges } from './refusal.ts'
import type { Statement } from './statement.ts'

/** The minors Debian's current releases hold (trixie, bookworm), best first: only for these a base is always at hand. */
const based: readonly string[] = ['3.13', '3.11']

/** Supported, on a base the user names; the end-of-life one last. */
const others: readonly string[] = ['3.12', '3.14', '3.10']

/** The best minor the ranges allow and the packages can run on. @throws `unsupported-python` when the ranges allow none */
export function chooseMinor(options: {
  readonly ranges: readonly Statement[]
  readonly hints: readonly Statement[]
  readonly packages: Packages
}): PythonFact {
  const { ranges, hints, packages } = options
  const allows = (minor: string): boolean => ranges.every(range => allowsMinor(range.constraint, minor))
  const allowed = based.some(allows) ? based.filter(allows) : others.filter(allows)
  if (allowed.length === 0) throw refuseRanges(ranges)
  const obstacles = allowed.map(minor => ({ minor, reasons: obstaclesTo(minor, packages) }))
  const fewest = Math.min(...obstacles.map(({ reasons }) => reasons.length))
  const best = obstacles.filter(({ reasons }) => reasons.length === fewest).map(({ minor }) => minor)
  const hint =
    hints.find(({ minor }) => minor !== null && best.includes(minor)) ?? hints.find(({ minor }) => isOld(minor))
  const version = (isOld(hint?.minor ?? null) ? best.at(-1) : hint?.minor) ?? best[0] ?? '3.13'
  // What stood against the minor we would have taken is the reason for taking another.
  const passed = obstacles[0]?.minor === version ? [] : (obstacles[0]?.reasons ?? [])
  const because = [...ranges.map(({ reason }) => reason), ...(hint === undefined ? passed.slice(0, 5) : [hint.reason])]
  return {
    version,
    alternatives: allowed.filter(minor => minor !== version && based.includes(minor)),
    because: because.length > 0 ? because : [nothingSaid(packages)],
  }
}

/** Before all we have: the oldest of ours is nearest to what the code was written for. */
function isOld(minor: string | null): boolean {
  return minor !== null && based.every(one => compareVersions(minor, one) < 0)
}

function nothingSaid({ fact }: Packages): Reason {
  return { file: fact.manifest ?? '.', line: null, text: 'no file names a Python version' }
}
