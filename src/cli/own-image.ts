import { openCache } from '../kit/cache.ts'
import { viewKept, writeArchive } from '../oci/index.ts'
import { onlyOwnImage } from '../steps/image/errors.ts'
import { makeOwnImage } from '../steps/image/own/repository.ts'
import type { Call } from './command.ts'

/** What `wherry image` does of a repository whose config names a Dockerfile; false for any other. Throws `own-dockerfile`. */
export async function giveOwnImage(path: string, { face, options }: Pick<Call, 'face' | 'options'>): Promise<boolean> {
  const cache = openCache()
  const own = await makeOwnImage(path, { cache, report: face.report })
  if (own === null) return false
  const { name, image } = own
  const beyond = Object.keys(options).filter(option => !['out', 'json', 'quiet', 'verbose'].includes(option))
  if (beyond.length > 0) throw onlyOwnImage('the repository’s own Dockerfile')
  const { digest, configDigest, layers } = image
  const file = typeof options['out'] === 'string' ? options['out'] : null
  if (file) await writeArchive(await viewKept(image, cache), file, { name: `${name}:latest` })
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  face.result({ name, digest, configDigest, size, layers, ...(file ? { file } : {}) }, () => digest)
  return true
}
