import { lstatSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Interpreter } from '../../../model/lock.ts'
import { findWritten } from '../directory.ts'
import { unsupportedBase, wrongBasePython } from '../errors.ts'
import type { Inside } from '../inside.ts'
import { lastLines } from '../last-lines.ts'

const script = fileURLToPath(new URL('../../../../runtime/interpreter.py', import.meta.url))
const path = z.string().regex(/^\/[^\0\n]{1,500}$/)

const answerSchema = z.object({
  implementation: z.string(),
  version: z.string().regex(/^3\.\d+\.\d+$/),
  executable: path,
  library: path,
  libc: z.string().nullable(),
  freeThreaded: z.boolean(),
})

export interface FoundInterpreter extends Interpreter {
  /** `3.12.7` */
  readonly version: string
}

export interface Search {
  readonly reference: string
  /** The app's: `3.12`. */
  readonly minor: string
  /** The base's PATH. */
  readonly searched: string
  /** Where the base lies unpacked. */
  readonly root: string
}

/**
 * The Python of a base image: the first that its PATH names, asked in the sandbox what it is. Throws `unsupported-base` where there is
 * none, one that does not start, or one that no wheels are for; `wrong-base-python` for another minor than the app's.
 */
export async function findInterpreter(inside: Inside, search: Search): Promise<FoundInterpreter> {
  const { reference, searched, root } = search
  const directories = searched.split(':').filter(directory => directory.startsWith('/'))
  const candidates = directories.flatMap(directory => [`${directory}/python3`, `${directory}/python`])
  const program = candidates.find(candidate => exists(root, candidate))
  if (program !== undefined) return judge(await ask(inside, program, reference), search)
  throw unsupportedBase({
    what: `The base image ${reference} has no Python.`,
    why: `python3 is in none of ${searched}`,
    next: 'Choose a base that has one, such as python:3.12-slim.',
  })
}

/** Links are not followed: where one leads is seen when it is started. */
function exists(root: string, path: string): boolean {
  const directory = findWritten(root, dirname(path))
  return directory !== null && lstatSync(join(directory, basename(path)), { throwIfNoEntry: false }) !== undefined
}

type Answer = z.infer<typeof answerSchema>

async function ask(inside: Inside, program: string, reference: string): Promise<Answer> {
  const argv = [program, '-I', '-S', '-'] as const
  const result = await inside.run({ argv: [...argv], input: readFileSync(script, 'utf8'), timeout: 60_000 })
  const answer = result.code === 0 ? answerSchema.safeParse(parse(result.stdout)) : null
  if (answer?.success) return answer.data
  throw unsupportedBase({
    what: `${program} of the base image ${reference} does not run.`,
    why: result.code === 0 ? 'it does not say what it is' : `it ends with ${result.code ?? result.signal}`,
    next: 'Mend the base, or choose another, such as python:3.12-slim.',
    evidence: lastLines(result.stderr, 5),
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function judge(found: Answer, { reference, minor }: Search): FoundInterpreter {
  const { version, executable, library, implementation, freeThreaded } = found
  const glibc = /^glibc (2\.\d+)/.exec(found.libc ?? '')?.[1]
  const fault =
    implementation !== 'cpython'
      ? `it is ${implementation.slice(0, 50)}`
      : freeThreaded
        ? 'it is a free-threaded build, for which few packages have wheels'
        : glibc === undefined
          ? 'its C library is not glibc'
          : null
  if (fault !== null || glibc === undefined)
    throw unsupportedBase({
      what: `The Python of the base image ${reference} cannot be used.`,
      why: fault ?? '',
      next: 'Choose a base with an ordinary CPython, such as python:3.12-slim.',
    })
  const has = version.split('.').slice(0, 2).join('.')
  if (has === minor) return { version, executable, library, glibc }
  throw wrongBasePython({
    what: `The base image ${reference} has Python ${version}, and the app is planned for ${minor}.`,
    next: `Set python = "${has}" in wherry.toml, or choose another image.base.`,
  })
}
