import { count, printable } from '../../kit/text.ts'
import type { AdvisoryChanges } from '../../steps/image/account/advisories/changes.ts'
import type { PackageDifference } from '../../steps/image/account/compare.ts'
import type { Style } from '../face/style.ts'
import { packageLines } from './difference.ts'

export interface UpdateFacts {
  readonly packages: PackageDifference
  /** Null where no vulnerability data is there to judge by. */
  readonly advisories: AdvisoryChanges | null
  readonly written: boolean
  readonly dryRun: boolean
  /** True where there was no lock before. */
  readonly first: boolean
}

/** What moved, what that closes, and what to do next. */
export function updatePage({ packages, advisories, written, dryRun, first }: UpdateFacts, style: Style): string {
  const moved = packages.added.length + packages.removed.length + packages.changed.length
  if (moved === 0)
    return `${style.green('✓')} everything is as new as it can be${written ? '; addresses in wherry.lock were renewed' : ''}`
  if (first)
    return `${style.green('✓')} ${count(moved, 'package')} ${dryRun ? 'would be locked' : 'locked in wherry.lock'}`
  const unwritten = dryRun ? 'wherry.lock would change (--dry-run)' : 'wherry.lock cannot be written'
  return [
    '',
    `${style.bold(count(moved, 'package'))} moved · ${written ? 'wherry.lock is written' : unwritten}`,
    '',
    ...packageLines({ packages }, style),
    '',
    ...(advisories === null ? [] : advisoryLines(advisories, style)),
    ...(written ? [`${style.dim('next')}   wherry up           try it, then commit wherry.lock`, ''] : []),
  ].join('\n')
}

function advisoryLines({ closed, opened, open }: AdvisoryChanges, style: Style): string[] {
  const line = (sign: string, { id, level, name, summary }: AdvisoryChanges['closed'][number]): string =>
    `  ${sign} ${id.padEnd(20)} ${level.padEnd(9)} ${printable(name)}  ${style.dim(printable(summary).slice(0, 70))}`.trimEnd()
  return [
    `${style.dim('advisories')}   ${closed.length} closed, ${opened.length} new, ${open} stay open`,
    ...closed.map(finding => line(style.green('✓'), finding)),
    ...opened.map(finding => line(style.red('!'), finding)),
    '',
  ]
}
