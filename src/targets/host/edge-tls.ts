import { createHash } from 'node:crypto'
import type { Secret } from '../../kit/secret.ts'
import type { DeployRequest, ListenAt } from './host.ts'

/** What nginx reads for TLS, as files beside its configuration. */
export interface EdgeTls {
  readonly certificate: string
  readonly key: string
  /** What of them is sent there. */
  readonly pages: Readonly<Record<string, string>>
  readonly keys: Readonly<Record<string, Secret>>
  /** The names that the host fetches a certificate for by itself, into these files; null where it was given one. */
  readonly fetched: readonly string[] | null
}

/**
 * A certificate that was given is named by what it is: another one is another configuration, which nginx reads anew. One that the host
 * fetches keeps its name (runtime/agent/certificate.py), for the host tells nginx itself.
 */
export function edgeTls({ certificate }: DeployRequest, { tls, names = [] }: ListenAt): EdgeTls | null {
  if (!tls) return null
  if (tls.acme) return { certificate: 'certificate.pem', key: 'certificate.key', pages: {}, keys: {}, fetched: names }
  if (!certificate) throw new Error('to listen with TLS needs a certificate')
  const { chain, key } = certificate
  const mark = createHash('sha256').update(`${chain}\0${key.reveal()}`).digest('hex').slice(0, 16)
  const files = { certificate: `tls-${mark}.pem`, key: `tls-${mark}.key` }
  return { ...files, pages: { [files.certificate]: chain }, keys: { [files.key]: key }, fetched: null }
}
