import { openPlace } from '../place.ts'
import { releaseNumber, textOf } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry rollback [release]`: the release before, or the one named, serves again. */
export async function run({ face, arguments: [number], options }: Call): Promise<void> {
  const host = await openPlace(textOf(options, 'path') ?? '.', options['app'], options['to'])
  const deployed = await host.rollback(releaseNumber(number as string | undefined), { report: face.report })
  face.result(
    deployed,
    style => `release ${style.bold(String(deployed.release.number))} serves ${style.cyan(deployed.url)}`,
  )
}
