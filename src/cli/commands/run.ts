import { openPlace } from '../place.ts'
import { badArgument } from '../errors.ts'
import { textOf } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry run COMMAND …`: a one-off command in the image that serves, with its environment and data. */
export async function run({ arguments: [words = []], options }: Call): Promise<number> {
  const [program, ...rest] = words as readonly string[]
  if (program === undefined)
    throw badArgument({ what: '`wherry run` takes a command.', next: 'wherry run python manage.py createsuperuser' })
  const host = await openPlace(textOf(options, 'path') ?? '.', options['app'], options['to'])
  return host.run([program, ...rest])
}
