import type { Cache } from '../kit/cache.ts'
import type { Image } from '../model/image.ts'
import { hooksOf, type HooksAround } from './hooks-around.ts'
import type { ShipOptions } from './values.ts'

/** An image on its way to a registry. */
export interface Publishable {
  readonly name: string
  readonly image: Image
  /** What is left to run, around whatever becomes of the image. */
  readonly hooks: HooksAround
}

/**
 * The image of a repository that leaves it to a Dockerfile, with the user's own programs before and after; null for any other repository.
 * Throws `hooks-not-allowed` before anything is done, and as `makeOwnImage`.
 */
export async function makeOwn(
  directory: string,
  options: ShipOptions & { readonly cache: Cache },
): Promise<Publishable | null> {
  const { findOwn, makeOwnImage } = await import('../steps/image/own/repository.ts')
  const found = await findOwn(directory)
  if (found === null) return null
  const { name, hooks, checkout } = found
  const repository = checkout.root
  if (hooks !== undefined) {
    const { admitPrograms, runHook } = await import('../hooks/run.ts')
    await admitPrograms(hooks, repository, options.allowHooks ?? false)
    await runHook('before-image', hooks, { ...options, repository, facts: { WHERRY_APP: name } })
  }
  // What the hook wrote belongs to the image.
  const own = hooks?.['before-image'] === undefined ? found : ((await findOwn(directory)) ?? found)
  const image = await makeOwnImage(own, options)
  const around = hooksOf({ hooks, repository, app: name, digest: image.digest }, options)
  await around.after('image')
  return { name, image, hooks: around }
}
