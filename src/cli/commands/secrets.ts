import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nearest } from '../../kit/text.ts'
import { secretsPlace, type SecretsPlace } from '../../secrets/index.ts'
import { badArgument } from '../errors.ts'
import type { Call } from '../command.ts'
import { identity, recipients } from '../secrets/recipients.ts'
import { importFile, list, remove, set } from '../secrets/values.ts'

/** `wherry secrets`: what an app must know and nobody else, encrypted in its repository for the people and machines that are named. */
export async function run({ face, arguments: [action = 'list', words = []], options }: Call): Promise<void> {
  const act = actions[String(action)]
  if (!act) throw refuse(String(action))
  const given = typeof options['path'] === 'string' ? options['path'] : '.'
  const repository = await realpath(resolve(given)).catch(() => {
    throw badArgument({ what: `${given} is no directory.`, next: 'Run the command in the repository.' })
  })
  const environment = typeof options['for'] === 'string' ? options['for'] : 'local'
  await act({ face, place: secretsPlace(repository, environment), words: words as readonly string[] })
}

export interface SecretsCall {
  readonly face: Call['face']
  readonly place: SecretsPlace
  readonly words: readonly string[]
}

const actions: Readonly<Record<string, (call: SecretsCall) => Promise<void>>> = {
  __proto__: null as never,
  list,
  set,
  rm: remove,
  import: importFile,
  recipients,
  identity,
}

function refuse(action: string): Error {
  const near = nearest(action, Object.keys(actions))
  return badArgument({
    what: `\`wherry secrets\` takes ${Object.keys(actions).join(', ')}.`,
    next: near ? `Did you mean \`wherry secrets ${near}\`?` : 'wherry secrets list',
  })
}
