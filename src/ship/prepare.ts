import { detect, type Detected } from '../steps/detect/index.ts'
import { refuseOther } from './request.ts'
import type { ImageOptions, ShipOptions } from './values.ts'

/**
 * The repository as the hook before the image leaves it: what that one writes belongs to the image. Hooks that nobody allowed are refused
 * here, before anything is done. Throws `hooks-not-allowed`, `own-dockerfile`, `other-platform` and what `detect` throws.
 */
export async function prepare(directory: string, options: ImageOptions): Promise<Detected> {
  const detected = await detectOrRefuse(directory, options)
  if (options.runsHere) refuseOther(detected, options.platform)
  const { hooks } = detected.config
  if (hooks === undefined) return detected
  const { admitHooks, runHook } = await import('../hooks/run.ts')
  const repository = detected.checkout.root
  await admitHooks(hooks, repository, options.allowHooks ?? false)
  if (hooks['before-image'] === undefined) return detected
  const facts = { WHERRY_APP: detected.project.name }
  const run = (): Promise<void> => runHook('before-image', hooks, { ...options, repository, facts })
  await (options.aroundHook ?? (act => act()))(run)
  return detect(directory, options)
}

/** What makes its image by a Dockerfile need not be an app that is known here: that it is not one is no news then. */
async function detectOrRefuse(directory: string, options: ShipOptions): Promise<Detected> {
  const { refuseOwn } = await import('../steps/image/own/repository.ts')
  const detected = await detect(directory, options).catch(async error => {
    await refuseOwn(directory)
    throw error
  })
  if (detected.config.image?.dockerfile !== undefined) await refuseOwn(directory)
  return detected
}
