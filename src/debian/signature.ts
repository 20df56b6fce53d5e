import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wrongSignature } from './errors.ts'

const folder = fileURLToPath(new URL('keys', import.meta.url))

/** The armoured public keys of a distribution's archives, which ship in `keys/`. */
export async function archiveKeys(distribution: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(name => name.startsWith(`${distribution}-`) && name.endsWith('.asc'))
  return Promise.all(names.sort().map(name => readFile(join(folder, name), 'utf8')))
}

/**
 * The text that one of the keys signed, out of a cleartext-signed message (RFC 9580 §7): nothing outside the signature is passed
 * on. Throws `wrong-signature`. How old the text may be is for the caller to judge by the dates in it, with a better message.
 */
export async function verifySigned(message: string, keys: readonly string[], url: string): Promise<string> {
  const openpgp = await import('openpgp')
  const refused = (why: string, cause?: unknown): Error =>
    wrongSignature({
      what: `${url} is not signed by its distribution.`,
      why,
      next: 'Check the address of the mirror and update Wherry; do not use this archive.',
      cause,
    })
  // Only a message that is one signed text and nothing else: what stands before or after is nobody's.
  if (!/^-----BEGIN PGP SIGNED MESSAGE-----\r?\n/.test(message)) throw refused('it is not a signed message')
  let read
  try {
    read = await openpgp.readCleartextMessage({ cleartextMessage: message })
  } catch (error) {
    throw refused('its signature cannot be read', error)
  }
  const verificationKeys = await Promise.all(keys.map(armoredKey => openpgp.readKey({ armoredKey })))
  // No date: keys are judged as of the moment they signed, so a machine's wrong clock is not taken for a forgery.
  const { data, signatures } = await openpgp.verify({ message: read, verificationKeys, date: null })
  const outcomes = await Promise.allSettled(signatures.map(signature => signature.verified))
  if (outcomes.some(outcome => outcome.status === 'fulfilled')) return data
  const reasons = outcomes.map(outcome => (outcome.status === 'rejected' ? String(outcome.reason?.message) : ''))
  throw refused([...new Set(reasons)].join('; ') || 'it holds no signature')
}
