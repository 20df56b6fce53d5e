import { count, duration } from '../../kit/text.ts'
import { up, type Up, type UpOptions } from '../../ship.ts'
import type { Face } from '../face/index.ts'
import { openPlace } from '../place.ts'
import { followLogs } from '../pages/logs.ts'
import { releasePage } from '../pages/release.ts'
import { environment, hooksOf, port } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry up`: the app on this machine, as production will run it. Attached, it shows the logs until Ctrl-C, which asks the app to stop. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<number> {
  const directory = String(path)
  const began = Date.now()
  const interrupt = new AbortController()
  const onInterrupt = (): void => interrupt.abort()
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onInterrupt)
  const env = environment((options['env'] as readonly string[] | undefined) ?? [])
  const listen =
    options['port'] === undefined
      ? {}
      : { listen: { address: '127.0.0.1', port: port(String(options['port']), '--port') } }
  const request = { report: face.report, signal: interrupt.signal, env, ...listen, ...hooksOf(options) }
  const first = up(directory, request)
  // Watched from the start: a file saved while the first release is made is a change too.
  const watching = options['watch'] === true ? watchAndShip(directory, first, request, face) : null
  // When the first release fails, that is the error to read; the watcher ends with it.
  watching?.catch(() => {})
  const shipped = await first
  face.result(shipped.deployed, style => releasePage(shipped, duration(Date.now() - began), style))
  const attached = options['detach'] !== true && options['json'] !== true && process.stdout.isTTY
  if (!attached && watching === null) return 0

  const host = await openPlace(directory)
  const logs = followLogs(host, face, interrupt.signal)
  await watching
  await logs
  face.report({ step: 'release', level: 'start', text: 'stopping (Ctrl-C again to leave it running)' })
  await host.down({ report: face.report })
  return 0
}

/** Replaces the release after every change, until Ctrl-C. A change that fails is told, and the release before serves on. */
async function watchAndShip(
  directory: string,
  first: Promise<Up>,
  request: UpOptions & { readonly signal: AbortSignal },
  face: Face,
): Promise<void> {
  const { watch } = await import('../watch.ts')
  await watch(directory, { signal: request.signal, after: first }, async changed => {
    face.report({ step: 'release', level: 'info', text: `${count(changed, 'file')} changed` })
    await up(directory, request).catch(error => face.fail(error))
  })
}
