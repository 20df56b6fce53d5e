import { openCache } from '../../kit/cache.ts'
import { size } from '../../kit/text.ts'
import { viewImage, writeArchive } from '../../oci/index.ts'
import { image } from '../../ship.ts'
import type { Call } from '../command.ts'

/** `wherry image`: makes the image; its digest is the result. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const { plan, made } = await image(String(path), { report: face.report })
  const { digest, configDigest, layers } = made.image
  const file = typeof options['out'] === 'string' ? options['out'] : null
  if (file) await writeArchive(viewImage(made.image, openCache()), file, { name: `${plan.name}:latest` })
  const compressed = layers.reduce((sum, layer) => sum + layer.size, 0)
  face.report({
    step: 'image',
    level: 'info',
    text: `${layers.length} layers, ${size(compressed)} compressed${file ? `, written to ${file}` : ''}`,
  })
  face.result(
    { name: plan.name, digest, configDigest, size: compressed, layers, ...(file ? { file } : {}) },
    () => digest,
  )
}
