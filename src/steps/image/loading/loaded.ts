import { basename } from 'node:path'
import { z } from 'zod'
import { readRegular } from '../../../kit/regular-file.ts'
import { appDirectory } from '../app/entry.ts'

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
  /** Where it still stood after `patience.told`: `db.py:14`; null when it came to its end. */
  waits: z.string().nullable().default(null),
})

export type Loaded = z.infer<typeof told>

/** The file an app is asked to leave, in the image: WHERRY_PROOF says so. */
export const proofPlace = '/answers/loaded.json'

/** Seconds: until an app that is still being imported says where it stands, and until it is waited for no longer. */
export const patience = { told: 15, most: 30 }

/** What makes the launcher answer. */
export const proofEnvironment = { WHERRY_PROOF: proofPlace, WHERRY_PROOF_PATIENCE: String(patience.told) }

/** Null where the app did not come so far, or wrote something else. */
export function readLoaded(directory: string): Loaded | null {
  try {
    const bytes = readRegular(directory, basename(proofPlace), 1024 ** 2)
    if (bytes === null) return readWaits(directory)
    const parsed = told.safeParse(JSON.parse(bytes.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** What faulthandler wrote: a block a thread, the main one last, in each the innermost frame first. */
function readWaits(directory: string): Loaded | null {
  const text = readRegular(directory, `${basename(proofPlace)}.waits`, 1024 ** 2)?.toString('utf8') ?? ''
  const main = text.slice(text.lastIndexOf('(most recent call first)'))
  const frames = [...main.matchAll(/^ {2}File "([^"\n]{1,1000})", line (\d{1,9}) in /gm)]
  const frame = frames.find(([, file]) => file?.startsWith(`/${appDirectory}/`)) ?? frames[0]
  if (frame === undefined) return null
  const [, file = '', line] = frame
  return told.parse({ ok: false, waits: `${file.replace(`/${appDirectory}/`, '')}:${line}` })
}
