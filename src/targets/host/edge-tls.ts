import { createHash } from 'node:crypto'
import { Secret } from '../../kit/secret.ts'
import type { DeployRequest, ListenAt } from './host.ts'

/** What nginx reads for TLS, as a file beside its configuration. */
export interface EdgeTls {
  readonly file: string
  /** What of it is sent there: a key and its certificate in one file, so that they always fit. */
  readonly keys: Readonly<Record<string, Secret>>
  /** The names that the host fetches a certificate for by itself, into that file; null where it was given one. */
  readonly fetched: readonly string[] | null
}

/**
 * A certificate that was given is named by what it is: another one is another configuration, which nginx reads anew. One that the host
 * fetches keeps its name (runtime/agent/certificate.py), for the host tells nginx itself.
 */
export function edgeTls({ certificate }: DeployRequest, { tls, names = [] }: ListenAt): EdgeTls | null {
  if (!tls) return null
  if (tls.acme) return { file: 'certificate.pem', keys: {}, fetched: names }
  if (!certificate) throw new Error('to listen with TLS needs a certificate')
  const pem = `${certificate.key.reveal().trimEnd()}\n${certificate.chain}`
  const file = `tls-${createHash('sha256').update(pem).digest('hex').slice(0, 16)}.pem`
  return { file, keys: { [file]: new Secret(pem) }, fetched: null }
}
