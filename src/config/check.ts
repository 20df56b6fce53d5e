import type { z } from 'zod'
import type { $ZodIssue } from 'zod/v4/core'
import { nearest } from '../kit/text.ts'
import { invalidConfig } from './errors.ts'

export interface CheckedPlace {
  /** `wherry.toml` or `pyproject.toml`. */
  readonly file: string
  /** The keys that lead to what is checked; the whole file without it. */
  readonly at?: readonly string[]
}

/** What a file says, as its schema has it. Throws `invalid-config` with the path of the first wrong key and the nearest one that exists. */
export function checkKeys<T>(schema: z.ZodType<T>, value: unknown, place: CheckedPlace): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  if (!issue) throw new Error('zod refused the config without an issue')
  throw refuse(issue, place, keysAt(schema as unknown as Shape, issue.path))
}

function refuse(issue: $ZodIssue, { file, at = [] }: CheckedPlace, known: readonly string[]): Error {
  const prefix = [...(file === 'pyproject.toml' ? ['tool', 'wherry'] : []), ...at, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const near = nearest(key, known)
    return invalidConfig({
      what: `${file} has a key that does not exist: ${[...prefix, key].join('.')}`,
      next: near ? `Did you mean \`${near}\`? Otherwise remove it.` : `Known keys here: ${known.join(', ')}.`,
      evidence: [{ file, text: key }],
    })
  }
  const path = prefix.join('.')
  return invalidConfig({
    what: `${file}: ${path} is not as it should be.`,
    why: issue.message,
    next: `Mend ${path}; docs/config.md shows each key with an example.`,
    evidence: [{ file, text: path }],
  })
}

interface Shape {
  readonly shape?: Readonly<Record<PropertyKey, Shape | undefined>>
  /** Of a record every key holds the same. */
  readonly valueType?: Shape
  readonly unwrap?: () => Shape
  /** Of what may be one of several. */
  readonly options?: readonly Shape[]
}

/** The keys that exist where the issue is, for the suggestion. */
function keysAt(schema: Shape, path: readonly PropertyKey[]): string[] {
  let here: Shape = schema
  for (const part of path) {
    here = here.shape?.[part] ?? here.valueType ?? {}
    while (here.unwrap) here = here.unwrap()
    here = here.options?.find(({ shape }) => shape) ?? here
  }
  return Object.keys(here.shape ?? {})
}
