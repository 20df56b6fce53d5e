import { ownArchitecture } from '../../kit/architecture.ts'
import { identifyCompressor } from '../../oci/index.ts'
import type { Index } from '../../python/index/settings.ts'
import { namingFullDisk } from './disk.ts'
import { makeHere, neighbourOf, recordedLock } from './here.ts'
import type { Wanted } from './resolve/wanted.ts'
import type { Tools } from './tools.ts'
import type { ImageRequest, MadeImage } from './values.ts'

export type { ImageRequest, MadeImage, MadeTwin } from './values.ts'

/** Plan → Lock → Image: resolves once, then assembles layers. No Docker daemon, no Dockerfile; nothing is made twice. */
export async function makeImage(request: ImageRequest, given: Tools): Promise<MadeImage> {
  const tools = { ...given, indexes: indexesOf(request.wanted) }
  warnOfCompressor(tools)
  return namingFullDisk(tools.cache.root, async () => {
    if (request.architecture === ownArchitecture) {
      const { image, lock, layers, statics } = await makeHere(request, tools)
      return { image, lock, layers, statics, twin: null }
    }
    // Loaded only here: few images are for another machine.
    return (await import('./elsewhere.ts')).makeElsewhere(request, tools)
  })
}

/** True when wherry.lock answers this request, so that nothing has to be resolved. Throws `invalid-wherry-lock`. */
export function isResolved(request: ImageRequest): boolean {
  return recordedLock(request) !== null
}

/** True when wherry.lock answers it for another platform: then its Python is settled. Throws `invalid-wherry-lock`. */
export function isResolvedBeside(request: ImageRequest): boolean {
  return neighbourOf(request) !== null
}

/** Where the repository's own files say packages come from, for the credentials in the addresses. */
export function indexesOf({ sources, requirements }: Wanted): Index[] {
  const addresses = [
    sources.index,
    ...sources.extraIndexes,
    ...sources.findLinks,
    ...requirements.map(({ url }) => url),
  ]
  return addresses.filter(url => url !== null).map(url => ({ url, name: null, main: false, from: 'repository' }))
}

function warnOfCompressor({ report }: Tools): void {
  if (identifyCompressor().usual) return
  const text =
    'this Node compresses layers to other bytes than the one Wherry is made with: digests differ from other machines'
  report({ step: 'image', level: 'warning', text })
}
