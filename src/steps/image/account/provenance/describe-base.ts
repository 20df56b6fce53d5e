import type { Lock } from '../../../../model/lock.ts'
import { formatPurl } from '../inventory/purl.ts'
import type { ResourceDescriptor } from './statement.ts'

/** The image that the app's stands on, by the digest of its manifest; none where the base is made of packages, which are named one by one. */
export function describeBase({ base }: Pick<Lock, 'base'>): ResourceDescriptor[] {
  if (base.kind !== 'image') return []
  const [place = '', digest = ''] = base.reference.split('@')
  const name = place.slice(place.lastIndexOf('/') + 1)
  // purl-spec, type oci: the version is the digest, the repository a qualifier.
  const uri = formatPurl({ type: 'oci', name, version: digest, qualifiers: { repository_url: place } })
  return [{ name: base.name, uri, digest: { sha256: digest.replace('sha256:', '') }, annotations: { role: 'base' } }]
}
