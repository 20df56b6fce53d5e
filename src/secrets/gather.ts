import type { Config } from '../config/schema.ts'
import { Secret } from '../kit/secret.ts'
import { commandsFor, runSecretCommands, type CommandOptions } from './commands.ts'
import type { GivenSecrets } from './given.ts'
import { secretsPlace } from './place.ts'
import { readSecrets } from './store.ts'

export interface GatherOptions extends CommandOptions {
  /** Names that have a value already, which wins: nothing is asked for them. */
  readonly without?: readonly string[]
}

/**
 * All of an environment: what its encrypted file holds, and before that what commands give. Throws as `readSecrets` and
 * `runSecretCommands`.
 */
export async function gatherSecrets(config: Pick<Config, 'secrets'>, options: GatherOptions): Promise<GivenSecrets> {
  const { repository, environment, without = [] } = options
  const place = secretsPlace(repository, environment)
  const all = [...commandsFor(config.secrets, environment)]
  const commands = new Map(all.filter(([name]) => !without.includes(name)))
  const kept = (await readSecrets(place)) ?? new Map<string, string>()
  const told = await runSecretCommands(commands, options)
  const sources = [
    ...[...kept.keys()].map(name => [name, place.file] as const),
    ...[...commands].map(([name, [program = '']]) => [name, `\`${program}\``] as const),
  ]
  const values = [...kept, ...told].map(([name, value]) => [name, new Secret(value)] as const)
  return { values: Object.fromEntries(values), sources: Object.fromEntries(sources) }
}
