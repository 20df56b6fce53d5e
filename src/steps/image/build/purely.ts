import type { Distribution, SourceDistribution } from '../../../model/lock.ts'
import { parseWheelName } from '../../../python/tag/wheel.ts'
import { cannotCompileFor } from '../errors.ts'
import type { Builder } from './builder.ts'

/**
 * What may be built on this machine for another architecture: what comes out the same on both. A wheel says of itself whether it is
 * (platform tag `any`, PEP 425), and tools that are no machine's own cannot make it otherwise.
 */

type For = Pick<Builder, 'purely'>

/** Throws `cannot-compile-for-platform` for what is locked with a compiler, or with build tools that have compiled parts. */
export function refuseCompiled(sdist: SourceDistribution, { purely }: For): void {
  if (purely === null) return
  if (sdist.build.packages !== null) throw refuseNative(sdist, { purely })
  const tool = sdist.build.wheels.find(({ file }) => !isPure(file))
  if (tool) throw refuse(sdist, purely, `it is built with ${tool.name} ${tool.version}, which has compiled parts`)
}

/** Throws `cannot-compile-for-platform` for a wheel that fits one kind of machine. */
export function refuseUnlessPure(sdist: Distribution, wheel: string, { purely }: For): void {
  if (purely !== null && !isPure(wheel))
    throw refuse(sdist, purely, `it is built into ${wheel}, for this machine alone`)
}

/** The error for an sdist that wants a compiler. */
export function refuseNative(sdist: Distribution, { purely }: For): Error {
  return refuse(sdist, purely, 'it has parts that are compiled')
}

function isPure(file: string): boolean {
  return parseWheelName(file)?.tags.every(tag => tag.endsWith('-none-any')) ?? false
}

function refuse({ name, version, file }: Distribution, purely: For['purely'], why: string): Error {
  return cannotCompileFor({
    what: `${name} ${version} cannot be built here for linux/${purely}.`,
    why: `There is no wheel of it for linux/${purely}, and of ${file} ${why}.`,
    next: `Take a version of ${name} that has a wheel for linux/${purely}, or make the image on a machine of that architecture.`,
  })
}
