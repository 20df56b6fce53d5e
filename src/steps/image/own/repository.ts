import { basename } from 'node:path'
import { loadConfig } from '../../../config/load.ts'
import type { Config } from '../../../config/schema.ts'
import { openCheckout, type Checkout } from '../../../kit/checkout/index.ts'
import type { Image } from '../../../model/image.ts'
import { onlyOwnImage } from '../errors.ts'
import type { Tools } from '../tools.ts'

/** A repository whose config leaves its image to a Dockerfile. */
export interface OwnRepository {
  readonly checkout: Checkout
  readonly dockerfile: string
  /** The app's, fit for an image. */
  readonly name: string
  readonly hooks: Config['hooks']
  readonly allowSecrets: readonly string[]
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
    allowSecrets: config.image?.['allow-secrets'] ?? [],
  }
}

/** Its image. Throws as `buildOwn`. */
export async function makeOwnImage(own: OwnRepository, tools: Tools): Promise<Image> {
  const { buildOwn } = await import('./index.ts')
  return buildOwn(own, tools)
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
