import { isWherryError } from '../../../kit/error.ts'
import { size } from '../../../kit/text.ts'
import type { ImageConfig } from '../../../model/image.ts'
import type { ImageView } from '../../../oci/index.ts'
import { parseReference, pullImage, registryUnreachable, type Movement } from '../../../oci/registry/index.ts'
import { signalOf, type Tools } from '../tools.ts'

/**
 * Brings a base image into the cache; by digest nothing is asked when it is there. Throws `registry-unreachable` with what to set
 * instead, and as `pullImage`.
 */
export async function fetchBase(
  reference: string,
  architecture: ImageConfig['architecture'],
  tools: Tools,
): Promise<ImageView> {
  const from = parseReference(reference)
  const watch = tellBytes(reference, tools)
  try {
    return await pullImage(from, { cache: tools.cache, architecture, watch, ...signalOf(tools) })
  } catch (error) {
    if (!isWherryError(error, registryUnreachable)) throw error
    throw registryUnreachable({
      what: `The base image ${reference} cannot be fetched.`,
      why: `${error.what} ${error.why ?? ''}`.trim(),
      next: `Let this machine reach ${from.host}, or set image.base in wherry.toml to the same image in a registry that it reaches; with python = "3.13" or "3.11" no registry is needed.`,
      cause: error,
    })
  }
}

/** Milliseconds between two words on how far it is. */
const pause = 200

function tellBytes(reference: string, { report }: Tools): (movement: Movement) => void {
  const moved = new Map<string, number>()
  let told = performance.now()
  return ({ digest, state, bytes }) => {
    if (state === 'moving' || state === 'done') moved.set(digest, bytes)
    const now = performance.now()
    if (now - told < pause) return
    told = now
    const total = moved.values().reduce((sum, each) => sum + each, 0)
    report({ step: 'image', level: 'progress', task: `base ${reference}`, text: `base ${reference}: ${size(total)}` })
  }
}
