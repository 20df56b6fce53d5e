import { constants } from 'node:fs'
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { badEnvironment, badSecretsFile } from './errors.ts'

/** Where the secrets of an environment lie in a repository, and how files there are read and replaced: it is somebody else's directory. */
export interface SecretsPlace {
  readonly repository: string
  readonly environment: string
  /** Relative to the repository. */
  readonly file: string
  /** Relative to the repository. */
  readonly recipients: string
}

/** Bytes a file of secrets may have. */
const largest = 4 * 1024 ** 2

/** Throws `bad-environment`. */
export function secretsPlace(repository: string, environment: string): SecretsPlace {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(environment))
    throw badEnvironment({
      what: `${JSON.stringify(environment)} is no name for an environment.`,
      next: 'Use lower-case letters, digits and dashes: --for production',
    })
  const base = join('.wherry', 'secrets', environment)
  return { repository, environment, file: `${base}.age`, recipients: `${base}.recipients` }
}

/** The text of a file of the repository; null when there is none. Throws `bad-secrets-file` for anything but a regular file inside. */
export async function readFileOf({ repository }: SecretsPlace, file: string): Promise<string | null> {
  const path = join(repository, file)
  // A link is not followed, and a FIFO would be waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw refuse(file, error.code === 'ELOOP' ? 'It is a symbolic link.' : error.message)
  })
  if (handle === null) return null
  try {
    await checkInside(repository, path, file)
    const status = await handle.stat()
    if (!status.isFile()) throw refuse(file, 'It is no regular file.')
    if (status.size > largest) throw refuse(file, `It is larger than ${largest} bytes.`)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Replaces a file of the repository by one rename: who reads it sees the old one or the new one, whole. */
export async function writeFileOf({ repository }: SecretsPlace, file: string, text: string): Promise<void> {
  const path = join(repository, file)
  await mkdir(dirname(path), { recursive: true })
  await checkInside(repository, path, file)
  const temporary = `${path}.${process.pid}.new`
  try {
    const handle = await open(temporary, 'wx', 0o644)
    await handle.writeFile(text)
    await handle.sync()
    await handle.close()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** A repository may hold `.wherry` as a link to elsewhere. */
async function checkInside(repository: string, path: string, file: string): Promise<void> {
  const inside = relative(await realpath(repository), await realpath(dirname(path)))
  if (inside !== dirname(file)) throw refuse(file, 'Its directory is a symbolic link.')
}

function refuse(file: string, why: string): Error {
  return badSecretsFile({ what: `${file} cannot be used.`, why, next: `git checkout -- ${file}` })
}
