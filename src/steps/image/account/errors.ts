import { defineError } from '../../../kit/error.ts'

export const unusableKey = defineError({
  code: 'unusable-key',
  title: 'The key cannot sign',
  help: 'Provenance is signed with a private key in a PEM file: Ed25519, or ECDSA on P-256. `openssl genpkey -algorithm ed25519 -out key.pem` makes one, and `openssl pkey -in key.pem -pubout` prints the public half that verifies. A pass phrase is read from WHERRY_KEY_PASSPHRASE.',
})

export const noAdvisoryData = defineError({
  code: 'no-advisory-data',
  title: 'There is no vulnerability data to judge by',
  help: 'Vulnerabilities are looked up in a directory of OSV records on this machine, named by `--advisories DIR`, WHERRY_OSV or `image.advisories` in wherry.toml. osv.dev exports them for each ecosystem (PyPI, Debian, Ubuntu) as an all.zip, which is read as it is, in a directory of its own or not.',
})
