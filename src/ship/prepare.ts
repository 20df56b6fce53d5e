import type { Config } from '../config/schema.ts'
import type { Programs } from '../hooks/hooks.ts'
import { detect, type Detected } from '../steps/detect/index.ts'
import { refuseOther } from './request.ts'
import type { ImageOptions } from './values.ts'

/**
 * The repository as the hook before the image leaves it: what that one writes belongs to the image. Hooks, and commands that give secrets of
 * the environment asked for, that nobody allowed are refused here, before anything is done; and again when the hook has changed them. Throws
 * `hooks-not-allowed`, `own-dockerfile`, `other-platform` and what `detect` throws.
 */
export async function prepare(directory: string, options: ImageOptions): Promise<Detected> {
  const detected = await detectOrRefuse(directory, options)
  if (options.runsHere) refuseOther(detected, options.platform)
  await admit(detected, options)
  const { hooks } = detected.config
  if (hooks?.['before-image'] === undefined) return detected
  const { runHook } = await import('../hooks/run.ts')
  const about = { repository: detected.checkout.root, facts: { WHERRY_APP: detected.project.name } }
  const run = (): Promise<void> => runHook('before-image', hooks, { ...options, ...about })
  await (options.aroundHook ?? (act => act()))(run)
  const changed = await detect(directory, options)
  await admit(changed, options)
  return changed
}

/** Whoever can write to the repository could have named the programs: each set of them is allowed by itself. */
async function admit({ config, checkout }: Detected, options: ImageOptions): Promise<void> {
  const { hooks, secrets } = config
  if (hooks === undefined && secrets === undefined) return
  const { admitPrograms } = await import('../hooks/run.ts')
  const allowed = options.allowHooks ?? false
  await admitPrograms(hooks ?? {}, checkout.root, allowed)
  await admitPrograms(await secretPrograms(secrets, options), checkout.root, allowed)
}

async function secretPrograms(secrets: Config['secrets'], { environment }: ImageOptions): Promise<Programs> {
  if (secrets === undefined || environment === undefined) return {}
  const { commandsFor } = await import('../secrets/index.ts')
  return Object.fromEntries([...commandsFor(secrets, environment)].map(([name, argv]) => [`secrets.${name}`, argv]))
}

/** What makes its image by a Dockerfile need not be an app that is known here: that it is not one is no news then. */
async function detectOrRefuse(directory: string, options: ImageOptions): Promise<Detected> {
  const { refuseOwn } = await import('../steps/image/own/repository.ts')
  const detected = await detect(directory, options).catch(async error => {
    await refuseOwn(directory)
    throw error
  })
  if (detected.config.image?.dockerfile !== undefined) await refuseOwn(directory)
  return detected
}
