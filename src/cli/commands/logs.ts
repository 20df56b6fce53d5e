import { openPlace } from '../place.ts'
import { logLine } from '../pages/logs.ts'
import { moment } from '../values.ts'
import type { Call } from '../command.ts'

/** `wherry logs`: what the processes printed, each line with the process it is from. */
export async function run({ face, arguments: [path = '.'], options }: Call): Promise<void> {
  const host = await openPlace(String(path), options['app'], options['to'])
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.stdout.once('error', () => stop.abort())
  const since = options['since'] === undefined ? {} : { since: moment(String(options['since']), Date.now()) }
  const only = options['process'] === undefined ? {} : { process: String(options['process']) }
  const last = options['follow'] === true || options['since'] !== undefined ? {} : { last: 100 }
  let shown = 0
  for await (const line of host.logs({
    follow: options['follow'] === true,
    signal: stop.signal,
    ...since,
    ...only,
    ...last,
  })) {
    shown += 1
    face.line(options['json'] === true ? JSON.stringify(line) : logLine(line, face.style))
  }
  if (shown > 0 || options['follow'] === true) return
  const who = options['process'] === undefined ? '' : ` by ${String(options['process'])}`
  face.report({ step: 'release', level: 'info', text: `nothing was printed${who}; wherry status lists the processes` })
}
