import { isWherryError, WherryError } from '../../kit/error.ts'
import type { Report } from '../../model/event.ts'
import type { Operation } from '../../model/target.ts'
import { cancelled, rolledBack, unknownState } from './errors.ts'

export { cancelled, rolledBack, unknownState } from './errors.ts'

export interface ReleaseOptions {
  readonly report: Report
  /** Stops before the next operation and takes back what was done; an operation may look at it too. */
  readonly signal?: AbortSignal
  /** What serves once everything is taken back, for the error: `release 3`; null when nothing did. */
  readonly before: string | null
  /** True for an error after which nothing may be touched: somebody else is in charge now. */
  readonly isFinal?: (error: unknown) => boolean
  /** Run once all is well. They only tidy up: one that fails is a warning, for the next run does it again. */
  readonly afterwards?: readonly Operation[]
}

/**
 * Carries out operations in order, all or none: when one fails, what was done is undone in the reverse order, the failed one
 * included. Knows nothing of hosts or clusters. Errors: `rolled-back` (10) when something serves on; else the cause's own, or
 * `cancelled`; `unknown-state` (11) when taking back fails.
 */
export async function release(operations: readonly Operation[], options: ReleaseOptions): Promise<void> {
  const begun: Operation[] = []
  try {
    for (const operation of operations) {
      options.signal?.throwIfAborted()
      begun.push(operation)
      await carryOut(operation, options.report)
    }
  } catch (error) {
    if (options.isFinal?.(error)) throw error
    const failures = await takeBack(begun.reverse(), options.report)
    throw failures.find(failure => options.isFinal?.(failure)) ?? explain(error, failures, options)
  }
  for (const operation of options.afterwards ?? []) {
    await carryOut(operation, options.report).catch((error: unknown) => {
      if (options.isFinal?.(error)) throw error
      const text = `${operation.title}: ${messageOf(error)} The next command does it.`
      options.report({ step: 'release', level: 'warning', text })
    })
  }
}

async function carryOut(operation: Operation, report: Report): Promise<void> {
  const { title } = operation
  report({ step: 'release', level: 'start', task: title, text: title })
  const began = performance.now()
  await operation.run().catch((error: unknown) => {
    report({ step: 'release', level: 'failed', task: title, text: title })
    throw error
  })
  report({ step: 'release', level: 'done', task: title, text: title, data: { took: performance.now() - began } })
}

/** Undoes all it can: one that fails must not keep the others from being undone. */
async function takeBack(operations: readonly Operation[], report: Report): Promise<unknown[]> {
  const failures: unknown[] = []
  for (const operation of operations) {
    if (!operation.undo) continue
    const text = `taking back: ${operation.title}`
    report({ step: 'release', level: 'info', text })
    await operation.undo().catch((error: unknown) => failures.push(error))
  }
  return failures
}

function explain(error: unknown, failures: readonly unknown[], { before, signal }: ReleaseOptions): Error {
  const isCancelled = signal?.aborted === true && !isWherryError(error)
  const cause = isCancelled ? cancelled({ what: 'The release was cancelled.', next: 'Run the command again.' }) : error
  if (failures.length > 0) {
    return unknownState({
      what: 'The release failed and could not be taken back whole.',
      why: [cause, ...failures].map(messageOf).join(' '),
      next: 'Run `wherry recover`.',
      cause,
    })
  }
  if (!(cause instanceof WherryError)) return cause instanceof Error ? cause : new Error(String(cause))
  // Locked, try again, unknown: what these say to scripts is more than that the old release serves.
  if (before === null || cause.exit !== 1) return cause
  return rolledBack({
    what: `${cause.what} ${capital(before)} serves on.`,
    why: `${cause.code}${cause.why === null ? '' : `: ${cause.why}`}`,
    next: cause.next,
    evidence: cause.evidence,
    cause,
  })
}

function messageOf(error: unknown): string {
  if (error instanceof WherryError) return error.what
  return error instanceof Error ? error.message : String(error)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
