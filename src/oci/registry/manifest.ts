import { z } from 'zod'
import { readAll, type Answer } from '../../kit/exchange.ts'
import { digestOf, isDigest } from '../digest.ts'
import { indexTypes, mediaTypes } from '../media-types.ts'
import { largestDocument, readDocument } from '../read-document.ts'
import { wrongDigest } from './errors.ts'
import { failure } from './failure.ts'
import type { Session } from './session.ts'

/** All kinds at once: what is not asked for, some registries convert, and others do not find. */
const types = [mediaTypes.oci.manifest, mediaTypes.docker.manifest, ...indexTypes]
const accept = types.join(', ')

export interface Manifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly digest: string
}

/** The digest a name or digest has in the registry; null when it knows none. Throws as `failure` for those who may not ask. */
export async function askDigest(name: string, session: Session): Promise<string | null> {
  const answer = await session.ask({ method: 'HEAD', url: session.at(`manifests/${name}`), headers: { accept } })
  if (answer.status === 401 || answer.status === 403) throw await failure(answer, session, 'show the image')
  answer.discard()
  const said = answer.headers['docker-content-digest']
  return answer.status === 200 && isDigest(said) ? said : null
}

/** A manifest or index by tag or digest, its bytes checked; null when there is none. Throws `registry-wrong-digest`. */
export async function getManifest(name: string, session: Session): Promise<Manifest | null> {
  const answer = await session.ask({ method: 'GET', url: session.at(`manifests/${name}`), headers: { accept } })
  if (answer.status === 404) {
    answer.discard()
    return null
  }
  if (answer.status !== 200) throw await failure(answer, session, 'give the image')
  const bytes = await readAll(answer, largestDocument).catch((error: unknown) => {
    throw differs(session, name, error instanceof Error ? error.message : String(error))
  })
  const digest = digestOf(bytes)
  const said = answer.headers['docker-content-digest']
  const promised = isDigest(name) ? name : isDigest(said) ? said : digest
  if (digest !== promised) throw differs(session, name, `${promised} is asked for, and ${digest} is sent`)
  return { bytes, digest, mediaType: typeOf(answer, bytes) }
}

/** Stores a manifest under a tag or its digest. Throws `registry-wrong-digest` when it is not stored as it is, and as `failure`. */
export async function putManifest(
  { bytes, mediaType, digest }: Manifest,
  name: string,
  session: Session,
): Promise<void> {
  const answer = await session.ask({
    method: 'PUT',
    url: session.at(`manifests/${name}`),
    headers: { 'content-type': mediaType },
    body: {
      size: bytes.length,
      open: async function* () {
        yield bytes
      },
    },
  })
  if (answer.status !== 201 && answer.status !== 200) {
    const error = await failure(answer, session, 'tag the image')
    // Where tags may not be moved, the second of two equal requests is refused: the first one's answer was lost.
    if ((await askDigest(name, session).catch(() => null)) === digest) return
    throw error
  }
  answer.discard()
  const said = answer.headers['docker-content-digest']
  const stored = isDigest(said) ? said : ((await getManifest(name, session))?.digest ?? 'nothing')
  if (stored !== digest) throw differs(session, name, `it stored ${stored}, ${digest} was sent`)
}

/** Servers that know nothing of manifests, such as a cache before a registry, give them a general type: then they speak for themselves. */
function typeOf({ headers }: Answer, bytes: Uint8Array): string {
  const said = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  if (types.includes(said)) return said
  return readDocument(bytes, 'manifest', z.object({ mediaType: z.string().optional() })).mediaType ?? said
}

function differs({ reference }: Session, name: string, why: string): Error {
  return wrongDigest({
    what: `${reference.host} does not hold what ${reference.repository} ${name} should be.`,
    why,
    next: 'Do not use it. Tell those who run the registry.',
  })
}
