import { basename } from 'node:path'
import { loadConfig } from '../../../config/load.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import type { Image } from '../../../model/image.ts'
import { onlyOwnImage } from '../errors.ts'
import type { Tools } from '../tools.ts'

/**
 * The image of a repository whose config leaves it to a Dockerfile; null for any other repository. Nothing is detected: what such a
 * repository holds need not be an app that is known here.
 */
export async function makeOwnImage(
  directory: string,
  tools: Tools,
): Promise<{ readonly name: string; readonly image: Image } | null> {
  const checkout = await openCheckout(directory)
  const { config } = await loadConfig(checkout)
  const dockerfile = config.image?.dockerfile
  if (dockerfile === undefined) return null
  const { buildOwn } = await import('./index.ts')
  const name = plainName(config.name ?? basename(checkout.root))
  return { name, image: await buildOwn({ checkout, dockerfile, name }, tools) }
}

/** As images can be named: `Says Hello` becomes `says-hello`. */
function plainName(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ['app']
  return words.join('-').slice(0, 100)
}

/** Throws `own-dockerfile` where the config of a repository leaves its image to a Dockerfile. */
export async function refuseOwn(directory: string): Promise<void> {
  const { config } = await loadConfig(await openCheckout(directory))
  const dockerfile = config.image?.dockerfile
  if (dockerfile !== undefined) throw onlyOwnImage(dockerfile)
}
