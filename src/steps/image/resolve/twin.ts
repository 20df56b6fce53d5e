import type { BaseLock, Lock } from '../../../model/lock.ts'
import { twinDiffers } from '../errors.ts'

/** The error for a base whose Python is another release than that of the base on which this machine would run its code. */
export function refuseTwin(python: string | null, { architecture }: Pick<BaseLock, 'architecture'>, twin: Lock): Error {
  const [here, there] = [`linux/${twin.base.architecture}`, `linux/${architecture}`]
  return twinDiffers({
    what: `Python is ${twin.python} on ${here} and ${python ?? 'of a release that nothing tells'} on ${there}.`,
    why: 'what runs while the image is made runs on this machine’s own platform, and holds for the same release alone',
    next: `Run \`wherry update --platform ${there}\`, which moves both; where they still differ, make the image on a machine of that architecture.`,
  })
}
