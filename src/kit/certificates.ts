import { getCACertificates, setDefaultCACertificates } from 'node:tls'

let trusted = false

/**
 * From here on TLS also trusts the machine's own store of authorities, as every other program on it does: a company's proxy is known
 * there only. Costs tens of milliseconds, so it is done before the first TLS connection and not at start.
 */
export function trustSystemCertificates(): void {
  if (trusted) return
  trusted = true
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...getCACertificates('system')])])
}
