import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Interpreter } from '../../../model/lock.ts'
import { unsupportedBase, wrongBasePython } from '../errors.ts'
import type { Inside } from '../inside.ts'

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

/**
 * The Python of a base image: the first that its PATH names, asked in the sandbox what it is. Throws `unsupported-base` where there is
 * none, or one that no wheels are for; `wrong-base-python` for another minor than the app's.
 */
export async function findInterpreter(
  inside: Inside,
  { reference, minor, searched }: { readonly reference: string; readonly minor: string; readonly searched: string },
): Promise<FoundInterpreter> {
  const directories = searched.split(':').filter(directory => directory.startsWith('/'))
  for (const candidate of directories.flatMap(directory => [`${directory}/python3`, `${directory}/python`])) {
    const found = await ask(inside, candidate)
    if (found !== null) return judge(found, reference, minor)
  }
  throw unsupportedBase({
    what: `The base image ${reference} has no Python.`,
    why: `python3 is in none of ${searched}`,
    next: 'Choose a base that has one, such as python:3.12-slim.',
  })
}

type Answer = z.infer<typeof answerSchema>

async function ask(inside: Inside, program: string): Promise<Answer | null> {
  const argv = [program, '-I', '-S', '-'] as const
  const result = await inside
    .run({ argv: [...argv], input: readFileSync(script, 'utf8'), timeout: 60_000 })
    .catch(() => null)
  if (result?.code !== 0) return null
  try {
    return answerSchema.parse(JSON.parse(result.stdout))
  } catch {
    return null
  }
}

function judge(found: Answer, reference: string, minor: string): FoundInterpreter {
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
