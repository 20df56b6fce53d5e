let trusted = false

/**
 * From here on TLS also trusts the machine's own store of authorities, as every other program on it does: a company's proxy is known
 * there only. Costs tens of milliseconds, so it is done before the first TLS connection and not at start.
 */
export function trustSystemCertificates(): void {
  if (trusted) return
  trusted = true
  // Not imported: that would read all it exports, the built-in certificates among it, in commands that connect to nobody.
  const { getCACertificates, setDefaultCACertificates } = process.getBuiltinModule('node:tls')
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...getCACertificates('system')])])
}
