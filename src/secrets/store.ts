import { hostname, userInfo } from 'node:os'
import { list, nearest } from '../kit/text.ts'
import { badRecipient, noIdentity, recipientsChanged, secretsConflict, unknownSecret } from './errors.ts'
import { findIdentities, ownIdentities, recipientsOf } from './identity.ts'
import { readFileOf, writeFileOf, type SecretsPlace } from './place.ts'
import { checkRecipient, isRecipientName, parseRecipients, writeRecipients, type Recipient } from './recipients.ts'
import { seal, unseal } from './seal.ts'
import type { Values } from './values.ts'

/** The secrets of one environment as they lie in a repository: an encrypted file, and a readable list of who can open it. */

type Env = Readonly<Record<string, string | undefined>>

export interface Written {
  /** The identity file, when this was the first use and it was made. */
  readonly made: string | null
  readonly recipients: readonly Recipient[]
}

/** Null where the environment has no file. Throws `no-identity`, `not-a-recipient`, `bad-secrets-file`, `secrets-conflict` and as `findIdentities`. */
export async function readSecrets(place: SecretsPlace, env: Env = process.env): Promise<Values | null> {
  return (await load(place, () => findIdentities(env)))?.values ?? null
}

/** Who can read them, by the readable list alone; no identity is needed. */
export async function readRecipients(place: SecretsPlace): Promise<readonly Recipient[]> {
  const text = await readFileOf(place, place.recipients)
  if (text === null) return []
  refuseConflict(place, text)
  return parseRecipients(text, place.recipients)
}

/**
 * Changes the values; on first use the identity of whoever asks is made, and the file is for them alone. Throws as `readSecrets`, and
 * `recipients-changed`.
 */
export async function changeSecrets(
  place: SecretsPlace,
  change: (values: Map<string, string>) => void,
  env: Env = process.env,
): Promise<Written> {
  return rewrite(place, env, state => {
    refuseOthers(place, state, [])
    const values = new Map(state.values)
    change(values)
    return { values, recipients: state.sealedFor }
  })
}

/** Lets somebody read them from now on. Throws as `changeSecrets`, and `bad-recipient`. */
export async function addRecipient(place: SecretsPlace, given: Recipient, env: Env = process.env): Promise<Written> {
  const recipient = await checkRecipient(given)
  return rewrite(place, env, state => {
    refuseOthers(place, state, [recipient.key])
    const others = state.sealedFor.filter(({ key }) => key !== recipient.key)
    if (others.some(({ name }) => name === recipient.name))
      throw badRecipient({
        what: `${recipient.name} is the name of another recipient.`,
        next: `Choose another name, such as ${JSON.stringify(`${recipient.name} laptop`)}, or remove that one first.`,
      })
    return { values: state.values, recipients: [...others, recipient] }
  })
}

/** Takes that from somebody, for what is written from now on; `known` are the names of values they could read. Throws as `changeSecrets`, `unknown-secret`, `bad-recipient`. */
export async function removeRecipient(
  place: SecretsPlace,
  name: string,
  env: Env = process.env,
): Promise<Written & { readonly known: readonly string[] }> {
  let known: readonly string[] = []
  const written = await rewrite(place, env, state => {
    const all = [...state.sealedFor, ...state.listed]
    const found = all.find(each => each.name === name || each.key === name)
    if (!found) throw unknownRecipient(place, name, all)
    refuseOthers(place, state, [found.key])
    const recipients = state.sealedFor.filter(({ key }) => key !== found.key)
    if (recipients.length === 0)
      throw badRecipient({
        what: `${found.name} is the last recipient of ${place.environment}.`,
        next: `Add another first, or delete ${place.file}.`,
      })
    known = [...state.values.keys()].toSorted()
    return { values: state.values, recipients }
  })
  return { ...written, known }
}

/** Throws `unknown-secret` with the nearest name. */
export function refuseUnknown(place: SecretsPlace, name: string, known: Iterable<string>): void {
  const names = [...known].toSorted()
  if (names.includes(name)) return
  const near = nearest(name, names)
  throw unknownSecret({
    what: `${place.environment} has no secret ${name}.`,
    ...(names.length > 0 ? { why: `It has ${list(names)}.` } : {}),
    next: near ? `Did you mean ${near}?` : `wherry secrets list --for ${place.environment}`,
  })
}

interface State {
  readonly values: Values
  /** By the readable list. */
  readonly listed: readonly Recipient[]
  /** By the encrypted file itself; whoever writes the first one comes by themselves. */
  readonly sealedFor: readonly Recipient[]
}

interface Next {
  readonly values: Values
  readonly recipients: readonly Recipient[]
}

/** Reads, changes, and writes both files; anew where another wrote meanwhile. */
async function rewrite(place: SecretsPlace, env: Env, change: (state: State) => Next): Promise<Written> {
  const before = await readFileOf(place, place.file)
  // A key made now could not open what is there already.
  const { identities, made } =
    before === null ? await ownIdentities(env) : { identities: await findIdentities(env), made: null }
  const loaded = await load(place, async () => identities)
  const listed = await readRecipients(place)
  const sealedFor = loaded?.recipients ?? (listed.length > 0 ? listed : await self(identities ?? []))
  // A file that age wrote, or none yet, remembers nobody: there is nothing the list could differ from.
  const known = loaded?.recipients ? listed : sealedFor
  const next = change({ values: loaded?.values ?? new Map(), listed: known, sealedFor })
  const text = await seal(next)
  if ((await readFileOf(place, place.file)) !== before) return rewrite(place, env, change)
  // The list first: one that is ahead of the file is seen and refused, one that is behind would hide a reader.
  await writeFileOf(place, place.recipients, writeRecipients(next.recipients, place.environment))
  await writeFileOf(place, place.file, text)
  return { made, recipients: next.recipients }
}

async function load(place: SecretsPlace, find: () => Promise<readonly string[] | null>) {
  const text = await readFileOf(place, place.file)
  if (text === null) return null
  refuseConflict(place, text)
  const identities = await find()
  if (identities !== null) return unseal(text, place.file, identities)
  throw noIdentity({
    what: `${place.file} is encrypted, and there is no identity to open it with.`,
    next: 'Run `wherry secrets identity`, and send what it prints to somebody who can read the file; in CI set WHERRY_AGE_IDENTITY.',
  })
}

async function self(identities: readonly string[]): Promise<readonly Recipient[]> {
  const name = `${userName()}@${hostname()}`
  const keys = await recipientsOf(identities)
  return keys.map((key, i) => ({ name: isRecipientName(name) && i === 0 ? name : key.slice(0, 12), key }))
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user${process.getuid?.() ?? ''}` // One without an entry in /etc/passwd, as in many containers.
  }
}

/** Nothing is encrypted for somebody that only an edit of the list has added. */
function refuseOthers(place: SecretsPlace, { listed, sealedFor }: State, expected: readonly string[]): void {
  const missing = (from: readonly Recipient[], than: readonly Recipient[]): string[] =>
    from.filter(({ key }) => !expected.includes(key) && !than.some(other => other.key === key)).map(({ name }) => name)
  const added = missing(listed, sealedFor)
  const gone = missing(sealedFor, listed)
  if (added.length + gone.length === 0) return
  throw recipientsChanged({
    what: `${place.recipients} was changed, and ${place.file} was not.`,
    why: [added.length > 0 ? `It adds ${list(added)}.` : '', gone.length > 0 ? `It lacks ${list(gone)}.` : '']
      .filter(part => part !== '')
      .join(' '),
    next: `Confirm it with \`wherry secrets recipients add|rm … --for ${place.environment}\`, or: git checkout -- ${place.recipients}`,
  })
}

function refuseConflict(place: SecretsPlace, text: string): void {
  if (!/^(?:<{7}|={7}|>{7})(?: |\r?$)/m.test(text)) return
  const { file, recipients, environment } = place
  throw secretsConflict({
    what: `A merge left conflict markers in ${file} or ${recipients}.`,
    why: 'Two branches changed the secrets, and encrypted text cannot be merged.',
    next: `git checkout --ours -- ${file} ${recipients}   then run the other side’s commands again: wherry secrets set … --for ${environment}`,
  })
}

function unknownRecipient(place: SecretsPlace, name: string, all: readonly Recipient[]): Error {
  const near = nearest(
    name,
    all.map(each => each.name),
  )
  return unknownSecret({
    what: `${place.environment} has no recipient of that name.`,
    next: near ? `Did you mean ${near}?` : `wherry secrets recipients --for ${place.environment}`,
  })
}
