import { basename } from 'node:path'
import { loadConfig } from '../../../config/load.ts'
import type { Config } from '../../../config/schema.ts'
import { openCheckout, type Checkout } from '../../../kit/checkout/index.ts'
import { ownArchitecture } from '../../../kit/architecture.ts'
import type { Image } from '../../../model/image.ts'
import type { Platform } from '../../../model/lock.ts'
import { onlyOwnImage, ownDockerfile } from '../errors.ts'
import type { Tools } from '../tools.ts'

/** A repository whose config leaves its image to a Dockerfile. */
export interface OwnRepository {
  readonly checkout: Checkout
  readonly dockerfile: string
  /** The app's, fit for an image. */
  readonly name: string
  readonly hooks: Config['hooks']
  readonly allowSecrets: readonly string[]
  /** What the config wants the image for; null where it does not say. */
  readonly platform: Platform | null
}

/** Null for any other repository. Nothing is detected: what such a repository holds need not be an app that is known here. */
export async function findOwn(directory: string): Promise<OwnRepository | null> {
  const checkout = await openCheckout(directory)
  const { config } = await loadConfig(checkout)
  const dockerfile = config.image?.dockerfile
  if (dockerfile === undefined) return null
  return {
    checkout,
    dockerfile,
    name: plainName(config.name ?? basename(checkout.root)),
    hooks: config.hooks,
    platform: config.image?.platform ?? null,
    allowSecrets: config.image?.['allow-secrets'] ?? [],
  }
}

/** Its image. Throws as `buildOwn`, and `own-dockerfile` for another platform than this machine's. */
export async function makeOwnImage(
  own: OwnRepository,
  tools: Tools & { readonly platform?: Platform },
): Promise<Image> {
  refusePlatform(own.dockerfile, tools.platform ?? own.platform)
  const { buildOwn } = await import('./index.ts')
  return buildOwn(own, tools)
}

/** Its commands would have to run on a processor that is not here. */
function refusePlatform(dockerfile: string, platform: Platform | null): void {
  if (platform === null || platform === `linux/${ownArchitecture}`) return
  throw ownDockerfile({
    what: `${dockerfile} cannot be built here for ${platform}.`,
    why: `this machine is linux/${ownArchitecture}, and the commands of a Dockerfile run on the platform they are for`,
    next: 'Build it on a machine of that architecture, or let Wherry make the image: remove image.dockerfile from wherry.toml.',
  })
}

/** As images can be named: `Says Hello` becomes `says-hello`. */
function plainName(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ['app']
  return words.join('-').slice(0, 100)
}

/** Throws `own-dockerfile` where the config of a repository leaves its image to a Dockerfile. */
export async function refuseOwn(directory: string): Promise<void> {
  const own = await findOwn(directory)
  if (own !== null) throw onlyOwnImage(own.dockerfile)
}
