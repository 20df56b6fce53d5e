import type { GivenSecrets } from '../secrets/index.ts'
import type { Detected } from '../steps/detect/index.ts'
import type { ImageOptions } from './values.ts'

/** The secrets of the environment that is asked for, before anything is made: without them nothing could be released. Throws as `gatherSecrets`. */
export async function secretsFor(
  { config, checkout }: Detected,
  { environment, env = {}, ...options }: ImageOptions,
): Promise<GivenSecrets | null> {
  if (environment === undefined) return null
  const { describeSources, gatherSecrets } = await import('../secrets/index.ts')
  const about = { environment, repository: checkout.root, without: Object.keys(env) }
  const secrets = await gatherSecrets(config, { ...options, ...about })
  for (const text of describeSources(secrets, Object.keys(env)))
    options.report({ step: 'release', level: 'info', text })
  return secrets
}
