import type { Container } from '../engine.ts'
import { engineRefused, mountFailed, programNotStarted } from '../errors.ts'
import { ApiError } from './client.ts'
import type { Daemon } from './daemon.ts'

/** What an engine's refusal to make or start a container means, in the words of the contract; other errors as they are. */
export function explain(error: unknown, container: Container, { name }: Daemon): unknown {
  if (!(error instanceof ApiError)) return error
  const why = error.message.split('\n')[0] ?? ''
  const cause = { why, cause: error }
  if (/work(?:ing)?[ -]?dir|chdir|cwd|cannot mkdir/i.test(why)) return missingDirectory(container, why)
  if (/bind source|mount|statfs|volume/i.test(why))
    return mountFailed({
      what: 'What the container needs of this machine cannot be mounted.',
      ...cause,
      next: `Check that it exists and that ${name} may read it.`,
    })
  if (/exec|executable|permission denied|no such file/i.test(why))
    return programNotStarted({
      what: `${container.argv[0]} could not be started in the image.`,
      ...cause,
      next: 'Check the name of the program, and that the image has it.',
    })
  return engineRefused({ what: `${name} does not run the container.`, ...cause, next: `Look at the log of ${name}.` })
}

/** The error for a working directory that is none. */
export function missingDirectory({ cwd }: Container, why: string): Error {
  return programNotStarted({
    what: `The working directory ${JSON.stringify(cwd)} cannot be entered.`,
    why,
    next: 'Choose a directory that the image has.',
  })
}
