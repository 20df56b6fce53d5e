import { z } from 'zod'
import { badSecretsFile, notRecipient } from './errors.ts'
import { isRecipientKey, isRecipientName, type Recipient } from './recipients.ts'
import { faultOf, isSecretName, type Values } from './values.ts'

/** The encrypted file: armored age text, so that it is a text to version control; inside a JSON object that people can read and write. */
export interface Contents {
  readonly values: Values
  /** For whom it was encrypted; null in one that was not written by Wherry. */
  readonly recipients: readonly Recipient[] | null
}

const shape = z.object({
  recipients: z
    .array(z.object({ name: z.string().refine(isRecipientName), key: z.string().refine(isRecipientKey) }))
    .min(1)
    .optional(),
  secrets: z.unknown(),
})

export async function seal({
  values,
  recipients,
}: Contents & { readonly recipients: readonly Recipient[] }): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const { key } of recipients) encrypter.addRecipient(key)
  const secrets = Object.fromEntries([...values].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return armor.encode(await encrypter.encrypt(`${JSON.stringify({ recipients, secrets }, null, 2)}\n`))
}

/** Throws `not-a-recipient` and `bad-secrets-file`. */
export async function unseal(text: string, file: string, identities: readonly string[]): Promise<Contents> {
  const { armor, Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  let plain: string
  try {
    plain = await decrypter.decrypt(armor.decode(text), 'text')
  } catch (error) {
    // The one message of the library that is not about damage.
    if (error instanceof Error && error.message.startsWith('no identity matched'))
      throw notRecipient({
        what: `${file} is not encrypted for the key that is here.`,
        next: 'Send what `wherry secrets identity` prints to somebody who can read it, to be added.',
      })
    throw damaged(file, 'It is not what was encrypted: cut off, or changed.')
  }
  return contentsOf(plain, file)
}

function contentsOf(plain: string, file: string): Contents {
  let json: unknown
  try {
    json = JSON.parse(plain)
  } catch {
    throw damaged(file, 'What it holds is no JSON.')
  }
  const { success, data } = shape.safeParse(json)
  const pairs = success && typeof data.secrets === 'object' && data.secrets ? Object.entries(data.secrets) : null
  if (!success || pairs === null) throw damaged(file, 'What it holds is not {"secrets": {NAME: value}}.')
  const values = new Map<string, string>()
  for (const [name, value] of pairs as [string, unknown][]) {
    if (!isSecretName(name) || typeof value !== 'string' || faultOf(value) !== null)
      throw damaged(file, 'A name or value in it cannot be an environment variable.')
    values.set(name, value)
  }
  return { values, recipients: data.recipients ?? null }
}

function damaged(file: string, why: string): Error {
  return badSecretsFile({ what: `${file} is damaged.`, why, next: `git checkout -- ${file}` })
}
