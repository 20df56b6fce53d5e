import { watch as watchFiles } from 'node:fs/promises'
import { openCheckout } from '../kit/checkout/index.ts'
import { isLockFile } from '../steps/image/resolve/lock-file.ts'

/** Milliseconds without a further change before one is acted on: editors and git write several files, each in a moment. */
const quiet = 15

export interface WatchOptions {
  readonly signal: AbortSignal
  /** What must be over before `act` is called first; changes made meanwhile are acted on then. */
  readonly after: Promise<unknown>
  /** Files that are as a release itself left them: their change is none. */
  readonly isOwn?: (file: string) => Promise<boolean>
}

/** Calls `act` after every change of a file that belongs to the repository, one call at a time, until the signal aborts. */
export async function watch(
  directory: string,
  { signal, after, isOwn = async () => false }: WatchOptions,
  act: (changed: number) => Promise<void>,
): Promise<void> {
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const failed = new AbortController()
  let acting: Promise<unknown> = after
  // What fails ends the watch, which throws it at its end.
  const fail = (): void => failed.abort()
  acting.catch(fail)
  const settle = async (): Promise<void> => {
    const names = [...changed].filter(name => !isLockFile(name))
    changed.clear()
    const mine = names.every(name => known.has(name)) ? names : await belonging(names)
    const own = await Promise.all(mine.map(isOwn))
    const others = mine.filter((_, i) => !own[i])
    if (others.length > 0 && !signal.aborted) await act(others.length)
  }
  /** What the app or an editor writes beside the source (databases, swap files) is no change of the source; a deleted file is one. */
  const belonging = async (names: readonly string[]): Promise<readonly string[]> => {
    const { files } = await openCheckout(directory)
    const mine = names.filter(name => known.has(name) || files.includes(name))
    known = new Set(files)
    return mine
  }
  let known = new Set((await openCheckout(directory)).files)
  try {
    const end = AbortSignal.any([signal, failed.signal])
    for await (const { filename } of watchFiles(directory, { recursive: true, signal: end })) {
      if (filename === null || filename.startsWith('.git/')) continue
      changed.add(filename)
      clearTimeout(timer)
      timer = setTimeout(() => {
        acting = acting.then(settle)
        acting.catch(fail)
      }, quiet)
    }
  } catch (error) {
    if (!signal.aborted && !failed.signal.aborted) throw error
  } finally {
    clearTimeout(timer)
    await acting
  }
}
