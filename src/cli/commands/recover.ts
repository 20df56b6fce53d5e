import type { Status } from '../../targets/host/index.ts'
import { appNames, byApp } from '../apps.ts'
import { openPlaces } from '../place.ts'
import { statusPages } from '../pages/status.ts'
import { textOf } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry recover`: takes the lock and repairs what an interrupted run left behind. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const places = await openPlaces(String(path), options['app'], options['to'])
  const all: Status[] = []
  for (const { host } of places) all.push(await host.recover({ report: face.report }))
  face.result(byApp(appNames(places), all), style => statusPages(places, all, { style, to: textOf(options, 'to') }))
}
