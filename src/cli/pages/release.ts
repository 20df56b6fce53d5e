import { count } from '../../kit/text.ts'
import type { Up } from '../../ship/values.ts'
import type { Style } from '../face/style.ts'

export interface Shown {
  /** How long it took, for people. */
  readonly took: string
  /** The name of the target; null for this machine. */
  readonly to?: string | null
  /** The command goes on and shows what the app prints. */
  readonly attached?: boolean
}

/** What a person reads when the app is up: where it is, what serves it, and what to do next. */
export function releasePage(
  { deployed, plan }: Pick<Up, 'deployed' | 'plan'>,
  { took, to = null, attached = false }: Shown,
  style: Style,
): string {
  const { release, url, outcome, verdict } = deployed
  const what = outcome === 'already-serving' ? 'serves already, nothing changed' : `serves`
  const checks = verdict ? ` · ${count(verdict.checks.filter(check => check.ok).length, 'check')} passed` : ''
  return [
    '',
    `${style.green('✓')} ${style.bold(plan.name)} release ${release.number} ${what}  ${style.bold(style.cyan(url))}  ${style.dim(took + checks)}`,
    '',
    ...nextSteps({ to, attached, isFirst: release.previous === null }).map(
      (line, n) => `${style.dim((n === 0 ? 'next' : '').padEnd(7))}${line}`,
    ),
    '',
  ].join('\n')
}

function nextSteps({
  to,
  attached,
  isFirst,
}: Pick<Shown, 'to' | 'attached'> & { readonly isFirst: boolean }): string[] {
  const there = to === null ? '' : ` --to ${to}`
  const steps: readonly (readonly [string, string] | null)[] = [
    attached ? ['Ctrl-C', 'stop it; its data stays'] : [`wherry logs -f${there}`, 'what it prints'],
    [`wherry status${there}`, attached ? 'what runs, from another terminal' : 'what runs'],
    isFirst ? null : [`wherry rollback${there}`, 'back to the release before'],
    attached ? null : [`wherry down${there}`, 'stop it; its data stays'],
  ]
  const shown = steps.filter(step => step !== null)
  const wide = Math.max(...shown.map(([command]) => command.length)) + 4
  return shown.map(([command, text]) => `${command.padEnd(wide)}${text}`)
}
