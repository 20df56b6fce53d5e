import type { GivenSecrets } from '../secrets/index.ts'
import type { Detected } from '../steps/detect/index.ts'
import type { ImageOptions } from './values.ts'

/** The secrets of the environment that is asked for, before anything is made: without them nothing could be released. Throws as `gatherSecrets`. */
export async function secretsFor(
  { config, checkout }: Detected,
  { environment, env = {}, ...options }: ImageOptions,
): Promise<GivenSecrets | null> {
  if (environment === undefined) return null
  const { gatherSecrets } = await import('../secrets/index.ts')
  return gatherSecrets(config, { ...options, environment, repository: checkout.root, without: Object.keys(env) })
}
