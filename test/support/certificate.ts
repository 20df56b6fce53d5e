import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'

/** A key and a certificate that it signs itself, as `key.pem` and `certificate.pem` in a directory; `names` as openssl writes them. */
export async function makeCertificate(
  folder: string,
  names = 'IP:127.0.0.1',
): Promise<{ readonly key: string; readonly certificate: string }> {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=wherry-test', '-addext', `subjectAltName=${names}`, '-days', '2']
  const files = ['-keyout', keyFile, '-out', certFile]
  const made = await exec(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files])
  if (made.code !== 0) throw new Error(made.stderr)
  return { key: await readFile(keyFile, 'utf8'), certificate: await readFile(certFile, 'utf8') }
}
