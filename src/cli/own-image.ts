import { openCache } from '../kit/cache.ts'
import { viewKept, writeArchive } from '../oci/index.ts'
import { makeOwn } from '../ship/own.ts'
import { refuseOwn } from '../steps/image/own/repository.ts'
import type { Call } from './command.ts'
import { hooksOf } from './values.ts'
import { textOf } from './values.ts'

/** What can be asked of an image whoever made it. */
const known: ReadonlySet<string> = new Set(['out', 'allowHooks', 'json', 'quiet', 'verbose'])

/** What `wherry image` does of a repository whose config names a Dockerfile; false for any other. Throws `own-dockerfile`. */
export async function giveOwnImage(path: string, { face, options }: Pick<Call, 'face' | 'options'>): Promise<boolean> {
  if (Object.keys(options).some(option => !known.has(option))) {
    await refuseOwn(path)
    return false
  }
  const cache = openCache()
  const own = await makeOwn(path, { cache, report: face.report, ...hooksOf(options) })
  if (own === null) return false
  const { name, image } = own
  const { digest, configDigest, layers } = image
  const file = textOf(options, 'out')
  if (file) await writeArchive(await viewKept(image, cache), file, { name: `${name}:latest` })
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  face.result({ name, digest, configDigest, size, layers, ...(file ? { file } : {}) }, () => digest)
  return true
}
