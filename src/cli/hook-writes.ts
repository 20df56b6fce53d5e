import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckout } from '../kit/checkout/index.ts'

/**
 * What the hook before the image writes belongs to the image that is made next, so that it is no change to make another one for: a watched
 * repository would be released for ever.
 */
export interface HookWrites {
  /** Runs a hook, to its end or its failure, and remembers which files of the repository it wrote. */
  readonly during: (run: () => Promise<void>) => Promise<void>
  /** Whether a file is as a hook left it; one that was written again since is not. */
  readonly isOwn: (file: string) => Promise<boolean>
}

export function noteHookWrites(directory: string): HookWrites {
  const written = new Map<string, string>()
  return {
    async during(run) {
      const before = await statesOf(directory)
      try {
        await run()
      } finally {
        const after = await statesOf(directory)
        for (const file of new Set([...before.keys(), ...after.keys()])) {
          const state = after.get(file) ?? gone
          if (state !== (before.get(file) ?? gone)) written.set(file, state)
        }
      }
    },
    isOwn: async file => written.has(file) && written.get(file) === (await stateOf(join(directory, file))),
  }
}

const gone = 'gone'

async function statesOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const { files } = await openCheckout(directory)
  return new Map(await Promise.all(files.map(async file => [file, await stateOf(join(directory, file))] as const)))
}

/** Every write moves the time of change, which no program can set back (stat(2), st_ctim). */
async function stateOf(path: string): Promise<string> {
  return lstat(path, { bigint: true }).then(
    ({ ino, size, ctimeNs }) => `${ino} ${size} ${ctimeNs}`,
    () => gone,
  )
}
