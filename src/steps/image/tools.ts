import { rm } from 'node:fs/promises'
import type { Cache } from '../../kit/cache.ts'
import type { Report } from '../../model/event.ts'
import type { Index } from '../../python/index/settings.ts'

/** What every part of the step works with. */
export interface Tools {
  readonly cache: Cache
  readonly report: Report
  readonly signal?: AbortSignal
  /** This process will make the image again: what takes long to start may stand by for the next time. */
  readonly resident?: boolean
  /** Package indexes that the repository names itself, with the credentials it gives them. */
  readonly indexes?: readonly Index[]
}

/** Does a piece of work as one line of the live list. `done` may say what came out. */
export async function task<T>(
  { report }: Tools,
  text: string,
  work: () => Promise<T>,
  done?: (result: T) => string,
): Promise<T> {
  report({ step: 'image', level: 'start', task: text, text })
  const result = await work().catch((error: unknown) => {
    report({ step: 'image', level: 'failed', task: text, text })
    throw error
  })
  report({ step: 'image', level: 'done', task: text, text: done?.(result) ?? text })
  return result
}

/** Says `text` of work that takes longer than people wait without a word. */
export async function saying<T>(text: string, { report }: Tools, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => report({ step: 'image', level: 'info', text }), 8000)
  return work().finally(() => clearTimeout(timer))
}

/** The same tools for work that was told of before: only what is wrong is reported. */
export function quietly(tools: Tools): Tools {
  return { ...tools, report: event => event.level === 'warning' && tools.report(event) }
}

/** A directory for work that is gone afterwards, whatever became of it. */
export async function withScratch<T>({ cache }: Tools, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await cache.scratch()
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The signal as an option, present only when there is one. */
export function signalOf({ signal }: Tools): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {}
}
