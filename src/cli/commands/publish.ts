import { publish } from '../../ship.ts'
import { appOption } from '../apps.ts'
import { badArgument } from '../errors.ts'
import { hooksOf, platformOf, textOf } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry publish`: makes the image and brings it to a registry; the reference by digest is the result. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const { to } = options
  if (typeof to !== 'string')
    throw badArgument({
      what: 'wherry publish needs to know where to.',
      next: 'wherry publish --to ghcr.io/acme/shop:1.4',
    })
  const { ref, name } = await publish(String(path), {
    report: face.report,
    to,
    ...dialect(options['dialect']),
    ...platformOf(options),
    ...hooksOf(options),
    ...appOption(textOf(options, 'app')),
  })
  face.result({ name, ...ref }, () => ref.reference)
}

function dialect(text: Call['options'][string]): { dialect?: 'oci' | 'docker' } {
  if (text === undefined) return {}
  if (text === 'oci' || text === 'docker') return { dialect: text }
  throw badArgument({ what: '--dialect takes oci or docker.', next: '--dialect docker' })
}
