import { basename } from 'node:path'
import { z } from 'zod'
import { readRegular } from '../../../kit/regular-file.ts'

/** What wherry_proof.py says of one attempt to load the app object in its image. */
const told = z.object({
  ok: z.boolean(),
  /** The exception's class, and those it descends from. */
  error: z.string().default(''),
  kinds: z.array(z.string()).default([]),
  message: z.string().default(''),
  /** What an ImportError says it could not import. */
  module: z.string().nullable().default(null),
  trace: z.string().default(''),
})

export type Loaded = z.infer<typeof told>

/** The file an app is asked to leave, in the image: WHERRY_PROOF says so. */
export const proofPlace = '/answers/loaded.json'

/** Null where the app did not come so far, or wrote something else. */
export function readLoaded(directory: string): Loaded | null {
  try {
    const bytes = readRegular(directory, basename(proofPlace), 1024 ** 2)
    const parsed = told.safeParse(JSON.parse(bytes?.toString('utf8') ?? ''))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
