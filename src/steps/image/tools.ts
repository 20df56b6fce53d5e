import type { Cache } from '../../kit/cache.ts'
import type { Report } from '../../model/event.ts'

/** What every part of the step works with. */
export interface Tools {
  readonly cache: Cache
  readonly report: Report
  readonly signal?: AbortSignal
}

/** Does a piece of work as one line of the live list. `done` may say what came out. */
export async function task<T>(
  { report }: Tools,
  text: string,
  work: () => Promise<T>,
  done?: (result: T) => string,
): Promise<T> {
  report({ step: 'image', level: 'start', task: text, text })
  const result = await work()
  report({ step: 'image', level: 'done', task: text, text: done?.(result) ?? text })
  return result
}
