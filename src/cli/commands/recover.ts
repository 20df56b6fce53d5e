import { openPlace } from '../place.ts'
import { statusPage } from '../pages/status.ts'
import type { Call } from '../command.ts'

/** `wherry recover`: takes the lock and repairs what an interrupted run left behind. */
export async function run({ face, arguments: [path = '.'] }: Call): Promise<void> {
  const host = await openPlace(String(path))
  const status = await host.recover({ report: face.report })
  face.result(status, style => statusPage(status, style))
}
