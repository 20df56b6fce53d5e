import { openPlace } from '../place.ts'
import { statusPage } from '../pages/status.ts'
import type { Call } from '../command.ts'

/** `wherry status`: what serves, what runs, what can be gone back to. Exit code 1 when nothing serves. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<number> {
  const host = await openPlace(String(path))
  const status = await host.status()
  face.result(status, style => statusPage(status, style))
  return status.current && status.holder !== null ? 0 : 1
}
