import { count, printable } from '../../kit/text.ts'
import type { Finding } from '../../steps/image/account/advisories/find.ts'
import type { Level } from '../../steps/image/account/advisories/severity.ts'
import type { Vulnerabilities } from '../../steps/image/account/index.ts'
import type { Style } from '../face/style.ts'

/** What is known against the packages of an image, the worst first, and what would close it. */
export function advisoriesPage(known: Vulnerabilities, style: Style): string {
  const { findings, judged } = known
  const shown = findings.filter(({ level }) => level !== 'none')
  const hidden = findings.length - shown.length
  const fixable = shown.filter(({ fixed }) => fixed !== null)
  const head =
    shown.length === 0
      ? `${style.green('✓')} nothing is known against ${count(judged, 'package')}`
      : `${style.bold(count(shown.length, 'vulnerability', 'vulnerabilities'))} in ${count(judged, 'package')} · ${fixable.length} fixed in a later version`
  return [
    '',
    head,
    style.dim(dataLine(known)),
    ...(shown.length > 0 ? ['', ...shown.map(finding => findingLine(finding, style))] : []),
    ...(hidden > 0
      ? ['', style.dim(`  ${hidden} more that the distribution holds for unimportant (--json has them)`)]
      : []),
    '',
    ...(fixable.length > 0
      ? [`${style.dim('next')}   wherry update       moves what no lock of yours pins to versions of today`, '']
      : []),
  ].join('\n')
}

function findingLine({ id, level, score, name, version, fixed, summary }: Finding, style: Style): string {
  const rated = `${level}${score === null ? '' : ` ${score.toFixed(1)}`}`
  const where = `${printable(name)} ${printable(version)}`
  const way = fixed === null ? 'no fix yet' : `fixed in ${printable(fixed)}`
  const line = `  ${colour(level, style)(rated.padEnd(13))} ${id.padEnd(20)} ${where} → ${way}`
  return summary === '' ? line : `${line}\n${' '.repeat(16)}${style.dim(printable(summary).slice(0, 100))}`
}

function colour(level: Level, style: Style): (text: string) => string {
  if (level === 'critical' || level === 'high') return style.red
  return level === 'medium' ? style.yellow : style.dim
}

function dataLine({ records, newest, unreadable }: Vulnerabilities): string {
  const age = newest === null ? '' : `, the newest of ${newest.slice(0, 10)}`
  const broken = unreadable > 0 ? `; ${count(unreadable, 'file')} could not be read` : ''
  return `by ${count(records, 'OSV record')}${age}${broken}`
}
