import { appNames, byApp } from '../apps.ts'
import { openPlaces } from '../place.ts'
import { statusPages } from '../pages/status.ts'
import { textOf } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry status`: what serves, what runs, what can be gone back to. Exit code 1 when an app does not serve. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<number> {
  const places = await openPlaces(String(path), options['app'], options['to'])
  const all = await Promise.all(places.map(({ host }) => host.status()))
  face.result(byApp(appNames(places), all), style => statusPages(places, all, { style, to: textOf(options, 'to') }))
  return all.every(({ current, holder }) => current && holder !== null) ? 0 : 1
}
