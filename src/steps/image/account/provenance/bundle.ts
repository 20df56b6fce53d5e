import type { SigningKey } from './key.ts'
import type { Statement } from './statement.ts'

/** A Sigstore bundle, version 0.3 (sigstore/protobuf-specs), of a DSSE envelope signed with a key of one's own: no log, no certificate. */
export interface Bundle {
  readonly mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json'
  readonly verificationMaterial: {
    readonly publicKey: { readonly hint: string }
    readonly tlogEntries: readonly never[]
  }
  readonly dsseEnvelope: {
    /** base64 */
    readonly payload: string
    readonly payloadType: string
    readonly signatures: readonly { readonly sig: string; readonly keyid: string }[]
  }
}

const payloadType = 'application/vnd.in-toto+json'

/** Signs a statement. With Ed25519 the same statement gives the same bundle; ECDSA signatures differ each time. */
export function signStatement(statement: Statement, key: SigningKey): Bundle {
  const payload = Buffer.from(JSON.stringify(statement))
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: key.hint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType,
      // The bundle names the key; a name here, too, makes verifiers skip the signature where they call the key otherwise.
      signatures: [{ sig: key.sign(encode(payloadType, payload)).toString('base64'), keyid: '' }],
    },
  }
}

/** What is signed: the pre-authentication encoding of DSSE, so that a signature never means another type of payload. */
export function encode(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `
  return Buffer.concat([Buffer.from(head), payload])
}
