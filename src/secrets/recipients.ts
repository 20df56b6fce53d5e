import { badRecipient, badSecretsFile } from './errors.ts'

/** Who can read the secrets of an environment. The file is one that `age -R` takes: a line each, its name in the comment above. */
export interface Recipient {
  readonly name: string
  /** `age1…` */
  readonly key: string
}

export function isRecipientKey(text: string): boolean {
  return /^age1[02-9ac-hj-np-z]{58}$/.test(text)
}

/** A person's or a machine's; fit for printing and for a comment line. */
export function isRecipientName(text: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,59}$/u.test(text) && text === text.normalize('NFC') && !text.endsWith(' ')
}

/** Throws `bad-recipient`. */
export async function checkRecipient({ name, key }: Recipient): Promise<Recipient> {
  if (!isRecipientName(name))
    throw badRecipient({
      what: 'That is no name for a recipient.',
      why: 'Letters, digits, spaces and . _ @ + - are taken, 60 at most.',
      next: 'wherry secrets recipients add ada age1…',
    })
  if (isRecipientKey(key) && (await hasChecksum(key))) return { name, key }
  throw badRecipient({
    what: key.startsWith('AGE-SECRET-KEY') ? 'That is a private identity, not a recipient.' : 'That is no recipient.',
    why: key.startsWith('AGE-SECRET-KEY')
      ? 'It is in the shell’s history now: do not use it any more.'
      : 'A recipient is `age1` and 58 letters and digits; a letter may be missing or wrong.',
    next: 'Ask for what `wherry secrets identity` prints there.',
  })
}

/** Bech32 has one; the library finds it out when it is asked to encrypt. */
async function hasChecksum(key: string): Promise<boolean> {
  const { Encrypter } = await import('age-encryption')
  try {
    new Encrypter().addRecipient(key)
    return true
  } catch {
    return false
  }
}

/** Throws `bad-secrets-file`. */
export function parseRecipients(text: string, file: string): readonly Recipient[] {
  const found: Recipient[] = []
  let above = ''
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (isRecipientKey(line)) found.push({ name: isRecipientName(above) ? above : line.slice(0, 12), key: line })
    else if (line !== '' && !line.startsWith('#'))
      throw badSecretsFile({
        what: `${file} has a line that is no recipient.`,
        next: `Mend line ${i + 1}, or take the file back: git checkout -- ${file}`,
        evidence: [{ file, line: i + 1, text: line.slice(0, 80) }],
      })
    above = line.startsWith('#') ? line.slice(1).trim() : ''
  }
  return found
}

export function writeRecipients(recipients: readonly Recipient[], environment: string): string {
  const head = `# Who can read ${environment}.age. Changed by: wherry secrets recipients add|rm --for ${environment}\n`
  return `${head}${recipients.map(({ name, key }) => `\n# ${name}\n${key}\n`).join('')}`
}
