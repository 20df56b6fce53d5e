import { count, list as inWords, printable } from '../../kit/text.ts'
import {
  changeSecrets,
  checkSecretName,
  checkValue,
  faultOf,
  isSecretName,
  parseDotenv,
  readSecrets,
  refuseUnknown,
  secretInArguments,
  type SecretsPlace,
  type Written,
} from '../../secrets/index.ts'
import type { SecretsCall } from '../commands/secrets.ts'
import { badArgument } from '../errors.ts'
import type { Style } from '../face/style.ts'
import { readInput, readSecret } from '../read-secret.ts'

/** `wherry secrets list`: names, never values. */
export async function list({ face, place }: SecretsCall): Promise<void> {
  const values = await readSecrets(place)
  const names = [...(values?.keys() ?? [])].toSorted()
  face.result({ environment: place.environment, file: values ? place.file : null, names }, style =>
    names.length > 0
      ? `${names.join('\n')}\n`
      : `${place.environment} has no secrets yet. ${style.cyan(`wherry secrets set NAME --for ${place.environment}`)}`,
  )
}

/** `wherry secrets set NAME`: the value comes by a hidden prompt or standard input. */
export async function set({ face, place, words }: SecretsCall): Promise<void> {
  const [name, ...rest] = words
  if (name === undefined) throw missing('set', 'STRIPE_KEY')
  if (rest.length > 0 || name.includes('=')) throw refuseValue(name)
  checkSecretName(name)
  const value = checkValue(name, await readSecret(name))
  let isNew = true
  const written = await changeSecrets(place, values => {
    isNew = !values.has(name)
    values.set(name, value)
  })
  face.result({ ...factsOf(place, written), set: [name] }, style =>
    page(place, written, `${isNew ? 'set' : 'changed'} ${style.bold(name)} for ${place.environment}`, style),
  )
}

/** `wherry secrets rm NAME…` */
export async function remove({ face, place, words }: SecretsCall): Promise<void> {
  if (words.length === 0) throw missing('rm', 'STRIPE_KEY')
  const written = await changeSecrets(place, values => {
    for (const name of words) {
      refuseUnknown(place, name, values.keys())
      values.delete(name)
    }
  })
  face.result({ ...factsOf(place, written), removed: words }, style =>
    page(place, written, `removed ${style.bold(inWords(words))} from ${place.environment}`, style),
  )
}

/** `wherry secrets import .env`: what the file holds, by the rules of python-dotenv. */
export async function importFile({ face, place, words }: SecretsCall): Promise<void> {
  const [file, ...rest] = words
  if (file === undefined || rest.length > 0) throw missing('import', '.env')
  const { values, left } = parseDotenv(await readInput(file))
  const refused = [...values].flatMap(([name, value]) => {
    const why = isSecretName(name) ? faultOf(value) : 'its name cannot be an environment variable'
    return why === null ? [] : [{ line: null, name, why }]
  })
  const taken = [...values].filter(([name]) => !refused.some(each => each.name === name))
  const notTaken = [...left, ...refused]
  if (taken.length === 0)
    throw badArgument({
      what: `${file} holds nothing that could be taken.`,
      next: 'Give a file of NAME=value lines.',
      evidence: notTaken.slice(0, 20).map(each => ({ file, line: each.line, text: reason(each) })),
    })
  const written = await changeSecrets(place, kept => taken.forEach(([name, value]) => kept.set(name, value)))
  const names = taken.map(([name]) => name)
  face.result({ ...factsOf(place, written), set: names, left: notTaken }, style => {
    const head = `took ${count(names.length, 'value')} for ${place.environment}: ${style.bold(inWords(names))}`
    const rest = notTaken.map(each => `${style.yellow('!')} not taken: ${printable(reason(each))}\n`)
    return `${rest.join('')}${page(place, written, head, style)}`
  })
}

export function factsOf(place: SecretsPlace, { made }: Written): object {
  return { environment: place.environment, file: place.file, ...(made === null ? {} : { identity: made }) }
}

/** What was done, for whom it can be read now, and what a person must know of the key that was made. */
export function page(place: SecretsPlace, { made, recipients }: Written, done: string, style: Style): string {
  const names = inWords(recipients.map(({ name }) => name))
  const lines = [
    done,
    style.dim(`${place.file}, to be committed; ${names} can read it`),
    ...(made === null
      ? []
      : [`${style.yellow('!')} your key was made: ${made}. Keep a copy: without it nobody opens these files.`]),
  ]
  return `${lines.join('\n')}\n`
}

function reason({ line, name, why }: { line: number | null; name: string | null; why: string }): string {
  return `${line === null ? '' : `line ${line}, `}${name ?? 'unreadable'}: ${why}`
}

function refuseValue(name: string): Error {
  const plain = name.split('=')[0] ?? ''
  const shown = isSecretName(plain) ? plain : 'NAME'
  return secretInArguments({
    what: 'A value on the command line is not taken.',
    why: 'It stands in the shell’s history now, and stood in the list of processes: use another value if it was a real one.',
    next: `wherry secrets set ${shown}   asks for it; or: wherry secrets set ${shown} < file`,
  })
}

function missing(action: string, example: string): Error {
  return badArgument({
    what: `\`wherry secrets ${action}\` takes ${action === 'import' ? 'a file' : 'a name'}.`,
    next: `wherry secrets ${action} ${example}`,
  })
}
