import { requireModule } from './capability.ts'
import { directive as d, text, type Directive } from './directive.ts'
import { number } from './numbers.ts'
import type { Certificate } from './site.ts'
import { compareVersions, type Nginx } from './version.ts'

/** Mozilla's Server Side TLS guidelines 6.0, "intermediate": TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3. */
const ciphers =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305'
const curves = 'X25519:prime256v1:secp384r1'

/** OCSP stapling is left out: Let's Encrypt ended it on 6 August 2025, and nginx would warn at every start. */
export function tlsSettings(certificate: Certificate, nginx: Nginx): Directive[] {
  requireModule(nginx, 'http_ssl_module', 'The edge listens with TLS.')
  return [
    d('ssl_certificate', [text(certificate.certificate)]),
    d('ssl_certificate_key', [text(certificate.key)]),
    d('ssl_protocols', ['TLSv1.2', 'TLSv1.3']),
    d('ssl_ciphers', [ciphers]),
    d('ssl_prefer_server_ciphers', ['off']),
    d('ssl_ecdh_curve', [hybrid(nginx) ? `?X25519MLKEM768:${curves}` : curves]),
    d('ssl_session_cache', [`shared:wherry:${number('tlsSession')}`]),
    d('ssl_session_timeout', ['1d']),
    d('ssl_session_tickets', ['off']),
  ]
}

/** The hybrid group is known from OpenSSL 3.5 on; one before 3.3 refuses the whole list, even with the `?` that lets it skip a group. */
function hybrid({ openssl }: Nginx): boolean {
  return openssl !== null && compareVersions(openssl, [3, 5, 0]) >= 0
}
