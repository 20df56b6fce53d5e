import { openPlaces } from '../place.ts'
import type { Call } from '../command.ts'

/** `wherry down`: stops what `up` started. Releases, data and secrets stay. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  for (const { host } of await openPlaces(String(path), options['app'], options['to']))
    await host.down({ report: face.report })
  face.result(
    { stopped: true },
    () =>
      `stopped; \`wherry ${typeof options['to'] === 'string' ? `ship --to ${options['to']}` : 'up'}\` starts it again, with its data`,
  )
}
