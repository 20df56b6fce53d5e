import { z } from 'zod'
import { checkKeys } from '../config/check.ts'
import { invalidConfig } from '../config/errors.ts'
import { loadTargets } from '../config/load.ts'
import { configSchema } from '../config/schema.ts'
import { openCheckout } from '../kit/checkout/index.ts'
import { list, nearest } from '../kit/text.ts'
import { noSuchTarget } from './errors.ts'
import type { ServerTarget } from './host/server.ts'
import { hostSettings } from './host/settings.ts'

/** THE list of kinds of targets: by the `type` that the config names, the keys each of them owns. */
const kinds = { host: hostSettings } as const

/** A name becomes a part of a path on the server. */
const targetName = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'not a name of a target: small letters, digits, dashes')

/** The whole of wherry.toml, with what each target owns. */
export const wholeSchema = configSchema.extend({
  targets: z
    .record(targetName, hostSettings)
    .describe('Where releases live, each under a name of its own, which `--to` takes.')
    .optional(),
})

export interface OpenTargetOptions {
  /** Whose config counts, where `[apps]` has several. */
  readonly app?: string | null
  /** The fingerprint of a host key that was compared: `SHA256:…`. */
  readonly acceptHostKey?: string
}

/**
 * Connects to the target that wherry.toml has under that name. Throws `no-such-target`, `invalid-config` and what connecting does
 * (`host-key-unknown`, `host-unreachable`, …).
 */
export async function openTarget(
  directory: string,
  name: string,
  options: OpenTargetOptions = {},
): Promise<ServerTarget> {
  const settings = await readTarget(directory, name, options.app ?? null)
  const { openServer } = await import('./host/server.ts')
  return openServer(directory, { name, settings }, options)
}

/** What the config says of one target. Throws `no-such-target` and `invalid-config`. */
export async function readTarget(
  directory: string,
  name: string,
  app: string | null = null,
): Promise<z.infer<typeof hostSettings>> {
  const { targets, file } = await loadTargets(await openCheckout(directory), app)
  const found = Object.hasOwn(targets, name) ? targets[name] : undefined
  if (found === undefined || !targetName.safeParse(name).success) throw missing(name, Object.keys(targets))
  const { type } = found
  if (typeof type === 'string' && Object.hasOwn(kinds, type))
    return checkKeys(kinds[type as keyof typeof kinds], found, { file, at: ['targets', name] })
  const known = Object.keys(kinds)
  const near = typeof type === 'string' ? nearest(type, known) : null
  throw invalidConfig({
    what: `${file}: targets.${name} ${type === undefined ? 'has no type' : 'is of a type that does not exist'}.`,
    why: `The type is one of: ${list(known)}.`,
    next: `type = "${near ?? known[0]}"`,
    evidence: [{ file, text: `[targets.${name}]` }],
  })
}

function missing(name: string, known: readonly string[]): Error {
  const near = nearest(name, known)
  const first = 'Write into wherry.toml: [targets.production] with type = "host" and host = "deploy@203.0.113.5"'
  return noSuchTarget({
    what: `There is no [targets.${name}] in this repository’s config.`,
    why: known.length > 0 ? `It has ${list(known)}.` : 'It has no targets at all.',
    next: near ? `Did you mean --to ${near}?` : known.length > 0 ? `--to ${known[0]}` : first,
  })
}
