import { list as inWords } from '../../kit/text.ts'
import {
  addRecipient,
  makeIdentity,
  ownIdentities,
  readRecipients,
  recipientsOf,
  removeRecipient,
} from '../../secrets/index.ts'
import type { SecretsCall } from '../commands/secrets.ts'
import { badArgument } from '../errors.ts'
import { factsOf, page } from './values.ts'

/** `wherry secrets recipients [list | add NAME RECIPIENT | rm NAME]`: who can read an environment's secrets. */
export async function recipients({ face, place, words }: SecretsCall): Promise<void> {
  const [action = 'list', name, key, ...rest] = words
  if (action === 'list' && name === undefined) return show({ face, place, words })
  if (action === 'add' && name !== undefined && key !== undefined && rest.length === 0) {
    const written = await addRecipient(place, { name, key })
    const done = `${name} can read the secrets of ${place.environment} from now on`
    return face.result({ ...factsOf(place, written), recipients: written.recipients }, style =>
      page(place, written, done, style),
    )
  }
  if (action === 'rm' && name !== undefined && key === undefined) return remove({ face, place, words: [name] })
  throw badArgument({
    what: '`wherry secrets recipients` takes list, add NAME RECIPIENT, or rm NAME.',
    next: `wherry secrets recipients add ada age1… --for ${place.environment}`,
  })
}

async function show({ face, place }: SecretsCall): Promise<void> {
  const found = await readRecipients(place)
  const width = Math.max(0, ...found.map(({ name }) => name.length))
  face.result({ environment: place.environment, recipients: found }, style =>
    found.length > 0
      ? found.map(({ name, key }) => `${name.padEnd(width)}  ${style.dim(key)}\n`).join('')
      : `${place.environment} has no recipients yet: whoever sets the first secret is the first one.`,
  )
}

async function remove({ face, place, words: [name = ''] }: SecretsCall): Promise<void> {
  const written = await removeRecipient(place, name)
  const rotate = written.known
  face.result({ ...factsOf(place, written), recipients: written.recipients, rotate }, style => {
    const done = page(place, written, `${name} cannot read what is written from now on for ${place.environment}`, style)
    if (rotate.length === 0) return done
    const text = `${name} has read, and can still read in the repository’s history: ${inWords(rotate)}.`
    return `${done}${style.yellow('!')} ${text}\n  Make new values where they come from, then: wherry secrets set NAME --for ${place.environment}\n`
  })
}

/** `wherry secrets identity [FILE]`: the public half of one's own key, for others to add, made on first use; of a new key in FILE, for a machine. */
export async function identity({ face, words: [file] }: SecretsCall): Promise<void> {
  const { identities, made } =
    file === undefined ? await ownIdentities() : { identities: [await makeIdentity(file)], made: file }
  const keys = await recipientsOf(identities)
  if (made !== null)
    face.report({
      step: 'release',
      level: 'info',
      text: `made the key ${made}; keep a copy of it, and show it to nobody`,
    })
  face.result({ recipients: keys, ...(made === null ? {} : { identity: made }) }, () => keys.join('\n'))
}
