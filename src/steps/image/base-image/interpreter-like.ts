import { lstatSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import type { Architecture } from '../../../kit/architecture.ts'
import type { ImageBaseLock, Lock } from '../../../model/lock.ts'
import { findWritten } from '../directory.ts'
import { refuseTwin } from '../resolve/twin.ts'
import type { FoundInterpreter } from './find-interpreter.ts'
import { readText } from './read-base.ts'

export interface BaseFiles {
  /** Where the base lies unpacked. */
  readonly root: string
  readonly held: ImageBaseLock['held']
  readonly env: Readonly<Record<string, string>>
  readonly architecture: Architecture
}

/**
 * The Python of a base image that this machine cannot start: where the twin's is, and of the same release by what the image's own files
 * say. Throws `twin-differs` where they say another, or nothing.
 */
export function interpreterLike(twin: Lock, files: BaseFiles): FoundInterpreter {
  const { base, python } = twin
  if (base.kind !== 'image') throw new Error('the twin of an app on a base image stands on one')
  const { executable, library } = base.interpreter
  const glibc = /^(?:\d+:)?(2\.\d+)/.exec(files.held.find(({ name }) => name === 'libc6')?.version ?? '')?.[1]
  const version =
    glibc !== undefined && hasProgram(files.root, executable) ? releaseOf(executable, library, files) : null
  if (version !== python || glibc === undefined) throw refuseTwin(version, files, twin)
  return { version, executable, library, glibc }
}

function hasProgram(root: string, path: string): boolean {
  const directory = findWritten(root, dirname(path))
  if (directory === null) return false
  return lstatSync(join(directory, basename(path)), { throwIfNoEntry: false })?.isFile() ?? false
}

/** Its headers say it; slim images may have none: then the official images' own variable, or Debian's package. */
function releaseOf(executable: string, library: string, { root, held, env }: BaseFiles): string | null {
  const headers = posix.join(dirname(dirname(executable)), 'include', basename(library), 'patchlevel.h').slice(1)
  const stated = /^#define\s+PY_VERSION\s+"(3\.\d+\.\d+)"/m.exec(readText(root, headers) ?? '')?.[1]
  const packaged = held.find(({ name }) => name === `${basename(library)}-minimal`)?.version
  return (
    stated ??
    /^3\.\d+\.\d+$/.exec(env['PYTHON_VERSION'] ?? '')?.[0] ??
    /^(?:\d+:)?(3\.\d+\.\d+)/.exec(packaged ?? '')?.[1] ??
    null
  )
}
