import { count } from '../../kit/text.ts'
import type { Up } from '../../ship/values.ts'
import type { Style } from '../face/style.ts'

/** What a person reads when the app is up: where it is, what serves it, and what to do next. */
export function releasePage({ deployed, plan }: Up, took: string, style: Style): string {
  const { release, url, outcome, verdict } = deployed
  const what = outcome === 'already-serving' ? 'serves already, nothing changed' : `serves`
  const checks = verdict ? ` · ${count(verdict.checks.filter(check => check.ok).length, 'check')} passed` : ''
  return [
    '',
    `${style.green('✓')} ${style.bold(plan.name)} release ${release.number} ${what}  ${style.bold(style.cyan(url))}  ${style.dim(took + checks)}`,
    '',
    `${style.dim('next')}   wherry logs -f     what it prints`,
    '       wherry status      what runs',
    '       wherry rollback    back to the release before',
    '       wherry down        stop it; its data stays',
    '',
  ].join('\n')
}
