import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { configHome } from '../kit/user-places.ts'
import { badIdentity, identityExposed, noIdentity } from './errors.ts'

/** The key of whoever runs Wherry: an age identity, in the form that `age-keygen` writes (https://age-encryption.org/v1). */

type Env = Readonly<Record<string, string | undefined>>

/** Bytes an identity file may have. */
const largest = 64 * 1024

/** The identities that are here, or null when there is none. Throws `bad-identity` and `identity-exposed`. Never print them. */
export async function findIdentities(env: Env = process.env): Promise<readonly string[] | null> {
  const given = env['WHERRY_AGE_IDENTITY']
  if (given) return parse(given, 'WHERRY_AGE_IDENTITY')
  const named = env['WHERRY_AGE_IDENTITY_FILE']
  if (named) {
    const text = await read(named, false)
    if (text !== null) return parse(text, named)
    throw noIdentity({
      what: `WHERRY_AGE_IDENTITY_FILE names ${named}, which is not there.`,
      next: 'Mend the variable.',
    })
  }
  const file = identityFile(env)
  const text = await read(file, true)
  return text === null ? null : parse(text, file)
}

/** The identities that are here; on first use one is made. `made` names its file when it was. */
export async function ownIdentities(
  env: Env = process.env,
): Promise<{ readonly identities: readonly string[]; readonly made: string | null }> {
  const found = await findIdentities(env)
  if (found) return { identities: found, made: null }
  const file = identityFile(env)
  return { identities: [await makeIdentity(file)], made: file }
}

/** Makes an identity in a file that is not there yet: one's own, or that of a machine. Throws `bad-identity` where there is one. */
export async function makeIdentity(file: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw badIdentity({
      what: `No identity can be made in ${file}.`,
      why: error.code === 'EEXIST' ? 'The file is there already.' : error.message,
      next: 'Name a file that does not exist yet.',
    })
  })
  try {
    await handle.writeFile(
      `# created: ${new Date().toISOString()}\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`,
    )
    await handle.sync()
  } finally {
    await handle.close()
  }
  return identity
}

/** The public half of each. */
export async function recipientsOf(identities: readonly string[]): Promise<readonly string[]> {
  const { identityToRecipient } = await import('age-encryption')
  return Promise.all(identities.map(identity => identityToRecipient(identity)))
}

function identityFile(env: Env): string {
  return join(configHome(env), 'identity')
}

/** Files that a person names are theirs to guard: CI systems write theirs with modes of their own. */
async function read(file: string, guarded: boolean): Promise<string | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw badIdentity({ what: `${file} cannot be read.`, why: error.message, next: 'Mend its owner and mode.' })
  })
  if (handle === null) return null
  try {
    const status = await handle.stat()
    if (!status.isFile() || status.size > largest)
      throw badIdentity({ what: `${file} is no identity file.`, next: 'Name one that `age-keygen` wrote.' })
    if (guarded && (status.mode & 0o077) !== 0)
      throw identityExposed({
        what: `Others on this machine may read ${file}.`,
        why: `Its mode is ${(status.mode & 0o777).toString(8).padStart(4, '0')}.`,
        next: `chmod 600 ${file}`,
      })
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

function parse(text: string, where: string): readonly string[] {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  if (lines.length > 0 && lines.every(line => /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/.test(line))) return lines
  throw badIdentity({
    what: `${where} holds no age identity.`,
    why: lines.length === 0 ? 'It is empty.' : 'A line is neither a comment nor AGE-SECRET-KEY-1…',
    next: 'Give what `age-keygen` or `wherry secrets identity` wrote.',
  })
}
