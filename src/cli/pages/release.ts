import { count } from '../../kit/text.ts'
import type { Up } from '../../ship/values.ts'
import type { Style } from '../face/style.ts'

/** What a person reads when the app is up: where it is, what serves it, and what to do next. */
export function releasePage(
  { deployed, plan }: Pick<Up, 'deployed' | 'plan'>,
  took: string,
  style: Style,
  to: string | null = null,
): string {
  const there = to === null ? '' : ` --to ${to}`
  const { release, url, outcome, verdict } = deployed
  const what = outcome === 'already-serving' ? 'serves already, nothing changed' : `serves`
  const checks = verdict ? ` · ${count(verdict.checks.filter(check => check.ok).length, 'check')} passed` : ''
  return [
    '',
    `${style.green('✓')} ${style.bold(plan.name)} release ${release.number} ${what}  ${style.bold(style.cyan(url))}  ${style.dim(took + checks)}`,
    '',
    `${style.dim('next')}   wherry logs -f${there}     what it prints`,
    `       wherry status${there}      what runs`,
    `       wherry rollback${there}    back to the release before`,
    `       wherry down${there}        stop it; its data stays`,
    '',
  ].join('\n')
}
