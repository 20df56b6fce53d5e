import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Secret } from '../../kit/secret.ts'
import { pathFrom } from '../../kit/user-places.ts'
import { certificateUnusable } from './errors.ts'
import type { Certificate } from './host.ts'

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/**
 * Reads a certificate and judges it before anything is sent: browsers would refuse one that has run out, has another key or names other
 * hosts, and nginx would only notice the key. Throws `certificate-unusable`.
 */
export async function readCertificate(
  directory: string,
  files: CertificateFiles,
  { names, now = new Date() }: { readonly names: readonly string[]; readonly now?: Date },
): Promise<Certificate> {
  const [chain, key] = await Promise.all([readPem(directory, files.certificate), readPem(directory, files.key)])
  const certificate = parse(files.certificate, () => new X509Certificate(chain))
  const secret = parse(files.key, () => createPrivateKey(key))
  const fault = faultOf(certificate, secret, { names, now })
  if (fault !== null)
    throw certificateUnusable({
      what: `${files.certificate} cannot be served with: ${fault}.`,
      next: 'Give the certificate, with those that signed it, and the key it was made for.',
      evidence: [{ text: `${certificate.subjectAltName ?? certificate.subject}, until ${certificate.validTo}` }],
    })
  return { chain, key: new Secret(key) }
}

function faultOf(
  certificate: X509Certificate,
  key: KeyObject,
  { names, now }: { readonly names: readonly string[]; readonly now: Date },
): string | null {
  if (!certificate.checkPrivateKey(key)) return 'the key is another one’s'
  if (certificate.validToDate < now) return `it ran out on ${certificate.validTo}`
  if (certificate.validFromDate > now) return `it counts from ${certificate.validFrom} on`
  const missing = names.find(name => certificate.checkHost(name.replace(/^\*\./, 'any-name.')) === undefined)
  return missing === undefined ? null : `it does not name ${missing}`
}

/** A file that the config names. Throws `certificate-unusable`. */
export async function readPem(directory: string, file: string): Promise<string> {
  const path = pathFrom(directory, file)
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw certificateUnusable({
      what: `${file} cannot be read.`,
      why: error.code === 'ENOENT' ? 'There is no such file.' : error.message,
      next: 'Check the files named below `tls` of the target.',
    })
  })
}

/** What is in the file is not quoted: it may be the key. */
function parse<T>(file: string, make: () => T): T {
  try {
    return make()
  } catch {
    throw certificateUnusable({
      what: `${file} is not what it should be.`,
      why: 'Expected is PEM: -----BEGIN CERTIFICATE----- in the one file, a private key without a passphrase in the other.',
      next: 'Check `certificate` and `key` below `tls` of the target.',
    })
  }
}
