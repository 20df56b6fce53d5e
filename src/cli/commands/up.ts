import { count, duration, list } from '../../kit/text.ts'
import type { Report } from '../../model/event.ts'
import { up } from '../../ship.ts'
import type { Up, UpOptions } from '../../ship/values.ts'
import type { Face } from '../face/index.ts'
import { appNotChosen } from '../../config/errors.ts'
import { appOption, appsOf, byApp } from '../apps.ts'
import { noteHookWrites, type HookWrites } from '../hook-writes.ts'
import { interrupted } from '../interrupted.ts'
import { openPlace } from '../place.ts'
import { followLogs } from '../pages/logs.ts'
import { releasePage } from '../pages/release.ts'
import { environment, hooksOf, platformOf, port } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry up`: the app on this machine, as production will run it. Attached, it shows the logs until Ctrl-C, which asks the app to stop. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<number> {
  const directory = String(path)
  const began = Date.now()
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  const resident = options['watch'] === true
  const writes = noteHookWrites(directory)
  const watched = resident ? { resident, aroundHook: writes.during } : {}
  const request = requestOf({ face, options }, { signal: interrupt.signal, ...watched })
  const apps = await appsOf(directory, options['app'])
  if (apps.length > 1 && 'listen' in request)
    throw appNotChosen({ what: 'Several apps cannot listen on one port.', next: `--app ${apps[0]} --port 8000` })
  const first = upAll(directory, apps, request)
  // Watched from the start: a file saved while the first release is made is a change too.
  const verbose = options['verbose'] === true
  const watching = resident ? watchAndShip(directory, { apps, first, request, writes, face, verbose }) : null
  // When the first release fails, that is the error to read; the watcher ends with it.
  watching?.catch(() => {})
  const shipped = await first.catch((error: unknown) => {
    throw interrupt.signal.aborted ? interrupted(error, 'up') : error
  })
  const took = duration(Date.now() - began)
  const deployed = shipped.map(one => one.deployed)
  const isShown = options['detach'] !== true && options['json'] !== true && process.stdout.isTTY
  const attached = isShown || watching !== null
  face.result(byApp(apps, deployed), style => shipped.map(one => releasePage(one, { took, attached }, style)).join(''))
  if (!attached) return 0

  const hosts = await Promise.all(shipped.map(({ plan, detected }) => openPlace(directory, detected.app ?? plan.name)))
  const logs = Promise.all(hosts.map(host => followLogs(host, face, interrupt.signal)))
  await watching
  await logs
  face.report({ step: 'release', level: 'start', text: 'stopping (Ctrl-C again to leave it running)' })
  for (const host of hosts) await host.down({ report: face.report })
  return 0
}

type Request = UpOptions & { readonly signal: AbortSignal }

function requestOf({ face, options }: Pick<Call, 'face' | 'options'>, how: Omit<Request, 'report'>): Request {
  const env = environment((options['env'] as readonly string[] | undefined) ?? [])
  const text = options['port']
  const listen = text === undefined ? {} : { listen: { address: '127.0.0.1', port: port(String(text), '--port') } }
  return { report: face.report, env, ...listen, ...platformOf(options), ...hooksOf(options), ...how }
}

/** One app after the other, each with a port of its own where nothing else is said. */
async function upAll(directory: string, apps: readonly (string | null)[], request: UpOptions): Promise<Up[]> {
  const all: Up[] = []
  // By its place among all, so that an app has the same port whether it is started alone or with the others.
  const known = await appsOf(directory, null)
  for (const app of apps) {
    const usual = { address: '127.0.0.1', port: 8000 + Math.max(0, known.indexOf(app)) }
    all.push(await up(directory, { ...request, usual, ...appOption(app) }))
  }
  return all
}

interface Watched {
  readonly apps: readonly (string | null)[]
  readonly first: Promise<unknown>
  readonly request: Request
  readonly writes: HookWrites
  readonly face: Face
  readonly verbose: boolean
}

/** Replaces the release after every change, until Ctrl-C. A change that fails is told, and the release before serves on. */
async function watchAndShip(directory: string, { apps, first, writes, ...how }: Watched): Promise<void> {
  const { watch } = await import('../watch.ts')
  const { signal } = how.request
  await watch(directory, { signal, after: first, isOwn: writes.isOwn }, changed =>
    shipChange(directory, apps, changed, how),
  )
}

/** In a line: whoever saves a file every minute knows the steps by now, and reads what the app prints. */
async function shipChange(
  directory: string,
  apps: readonly (string | null)[],
  changed: number,
  { request, face, verbose }: Pick<Watched, 'request' | 'face' | 'verbose'>,
): Promise<void> {
  const title = `${count(changed, 'file')} changed`
  const task = { step: 'release', task: title } as const
  const report: Report = event => {
    if (verbose || event.level === 'warning' || event.level === 'suggestion') face.report(event)
  }
  face.report({ ...task, level: 'start', text: `${title}: releasing` })
  try {
    const all = await upAll(directory, apps, { ...request, report })
    face.report({ ...task, level: 'done', text: `${title}: ${list(all.map(one => outcomeOf(one, apps.length > 1)))}` })
  } catch (error) {
    face.report({ ...task, level: 'failed', text: title })
    if (!request.signal.aborted) face.fail(error)
  }
}

function outcomeOf({ plan, deployed: { release, outcome } }: Up, isOneOfSeveral: boolean): string {
  const name = `${isOneOfSeveral ? `${plan.name} ` : ''}release ${release.number}`
  return outcome === 'already-serving' ? `nothing that ${name} holds` : `${name} serves`
}
