import type { Secret } from '../kit/secret.ts'
import { list } from '../kit/text.ts'

/** The secrets that a release is given, and where each comes from. Values go to the host and nowhere else. */
export interface GivenSecrets {
  readonly values: Readonly<Record<string, Secret>>
  /** Name → the file it was in, or the program that gave it. */
  readonly sources: Readonly<Record<string, string>>
}

/** Which names come from where, a line for each source; but those that have a value already. */
export function describeSources({ sources }: GivenSecrets, without: readonly string[]): readonly string[] {
  const names = Object.keys(sources).filter(name => !without.includes(name))
  return [...Map.groupBy(names, name => sources[name] ?? '')].map(
    ([source, each]) => `secrets ${list(each)} from ${source}`,
  )
}
