import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { unusableKey } from '../errors.ts'

/** A private key as what it is used for: it signs, and says which public key verifies. */
export interface SigningKey {
  sign(bytes: Uint8Array): Buffer
  /** base64 of the sha256 of the public key's DER, as cosign names keys in bundles. */
  readonly hint: string
  /** PEM. */
  readonly publicKey: string
}

const usual = 'openssl genpkey -algorithm ed25519 -out key.pem'

/** Reads a PEM file (PKCS #8 or SEC 1). Throws `unusable-key`. */
export async function readKey(file: string, passphrase = process.env['WHERRY_KEY_PASSPHRASE']): Promise<SigningKey> {
  const pem = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unusableKey({ what: `${file} cannot be read.`, next: usual, cause })
  })
  return openKey(pem, file, passphrase)
}

/** The key of a PEM text; `file` names it in errors. Throws `unusable-key`. */
export function openKey(pem: string, file: string, passphrase?: string): SigningKey {
  const key = parse(pem, file, passphrase)
  const digest = digestFor(key, file)
  const publicKey = createPublicKey(key)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    sign: bytes => sign(digest, bytes, key),
    hint: createHash('sha256').update(der).digest('base64'),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function parse(pem: string, file: string, passphrase: string | undefined): KeyObject {
  const foreign = /-----BEGIN (OPENSSH PRIVATE KEY|ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY|PUBLIC KEY)-----/.exec(
    pem,
  )?.[1]
  if (foreign)
    throw unusableKey({
      what: `${file} holds ${foreign === 'PUBLIC KEY' ? 'a public key' : `an ${foreign}`}, not a private key in PEM that every tool reads.`,
      next: usual,
    })
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (cause) {
    const locked = /ENCRYPTED/.test(pem)
    throw unusableKey({
      what: `${file} holds no private key that can be opened.`,
      ...(locked ? { why: passphrase ? 'the pass phrase does not fit' : 'it is protected by a pass phrase' } : {}),
      next: locked ? 'Set WHERRY_KEY_PASSPHRASE to its pass phrase.' : usual,
      cause,
    })
  }
}

/** Null for Ed25519, which hashes by itself. */
function digestFor(key: KeyObject, file: string): 'sha256' | null {
  if (key.asymmetricKeyType === 'ed25519') return null
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'sha256'
  throw unusableKey({
    what: `${file} is a key of another kind (${key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType}).`,
    why: 'Signatures are made with Ed25519 or with ECDSA on P-256.',
    next: usual,
  })
}
