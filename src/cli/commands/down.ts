import { openPlace } from '../place.ts'
import type { Call } from '../command.ts'

/** `wherry down`: stops what `up` started. Releases, data and secrets stay. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const host = await openPlace(String(path))
  await host.down({ report: face.report })
  face.result({ stopped: true }, () => 'stopped; `wherry up` starts it again, with its data')
}
