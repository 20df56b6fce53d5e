import { duration } from '../../kit/text.ts'
import type { ProcessStatus, Status } from '../../targets/host/index.ts'
import type { Style } from '../face/style.ts'
import { dateAndTime } from './time.ts'

export interface StatusLook {
  readonly style: Style
  /** The target they are on; null for this machine. */
  readonly to: string | null
}

/** The page of each app of a repository, under its name where there are several. */
export function statusPages(
  apps: readonly { readonly name: string }[],
  all: readonly Status[],
  look: StatusLook,
): string {
  const name = (i: number): string => (apps.length > 1 ? `\n${look.style.bold(apps[i]?.name ?? '')}` : '')
  return all.map((status, i) => name(i) + statusPage(status, look)).join('')
}

/** What serves, what runs, and what can be gone back to. */
function statusPage(status: Status, { style, to }: StatusLook): string {
  const { current, releases, processes, url } = status
  const lines = ['', headline(status, style), '']
  const wide = Math.max(10, ...processes.map(({ name }) => name.length))
  for (const each of processes) lines.push(`  ${processLine(each, wide, style)}`)
  if (processes.length > 0) lines.push('')
  const past = releases.filter(({ number }) => number !== current?.number).toReversed()
  for (const { number, state, createdAt, image } of past.slice(0, 8)) {
    lines.push(
      style.dim(
        `  release ${String(number).padEnd(4)} ${state.padEnd(9)} ${dateAndTime(new Date(createdAt))}  ${image.slice(7, 19)}`,
      ),
    )
  }
  if (past.length > 0) lines.push('')
  lines.push(...certificateLines(status, style))
  if (status.interrupted)
    lines.push(`${style.yellow('!')} an earlier run was interrupted; the next command repairs it`, '')
  if (url === null || status.holder === null)
    lines.push(`${style.dim('next')}   wherry ${to === null ? 'up' : `ship --to ${to}`}`, '')
  return lines.join('\n')
}

function certificateLines({ certificate }: Status, style: Style): string[] {
  if (certificate === null) return []
  const { until, failed } = certificate
  const lasts = until === null ? 'no certificate yet' : `certificate until ${dateAndTime(new Date(until))}`
  return failed === null ? [`  ${lasts}`, ''] : [`${style.yellow('!')} ${lasts}: ${failed}`, '']
}

function headline({ current, url, holder, lock }: Status, style: Style): string {
  const locked = lock.owner === null ? '' : style.yellow(`  ${lock.owner} is changing it`)
  if (!current) return `nothing is released${locked}`
  const serves = holder === null ? style.red('does not run') : `serves ${style.cyan(url ?? '')}`
  return `${style.bold(`release ${current.number}`)} ${serves}  ${style.dim(current.image.slice(7, 19))}${locked}`
}

function processLine(
  { group, name, state, seconds, restarts, pid }: ProcessStatus,
  wide: number,
  style: Style,
): string {
  const colour = state === 'running' ? style.green : style.red
  const again = restarts > 0 ? style.yellow(`  restarted ${restarts}×`) : ''
  return `${name.padEnd(wide)} ${colour(state.padEnd(10))} ${duration(seconds * 1000).padEnd(12)} ${style.dim(`${group}${pid === null ? '' : ` · pid ${pid}`}`)}${again}`
}
